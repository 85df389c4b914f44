import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONTESTED, conflicts } from '../../js/settings/conflicts.js'
import { NAMES, preset } from '../../js/settings/presets.js'
import { defaults } from '../../js/settings/settings.js'
import { has } from '../../js/words.js'

test('no preset is at odds with itself', () => {
  for (const name of NAMES) {
    assert.deepEqual(conflicts({ ...defaults(), ...preset(name) }), [])
  }
})

test('a conflict is that of the setting where it arises', () => {
  const of = (/** @type {object} */ values) => conflicts({ ...defaults(), ...values })
  assert.deepEqual(of({ sweep: 'off' }), ['sweep'])
  assert.deepEqual(of({ sweep: 'warn' }), [])
  assert.deepEqual(of({ delete_private: false }), ['delete_private'])
  assert.deepEqual(of({ delete_private: false, retain_safe_private: true }), [
    'delete_private',
    'retain_safe_private',
  ])
  assert.deepEqual(of({ allow_deviation: true }), ['allow_deviation'])
  const replacements = ['Modality=MR']
  assert.deepEqual(of({ allow_deviation: true, replacements }), [])
})

test('there is something to say of each', () => {
  for (const key of CONTESTED) {
    assert.ok(has(`conflict.${key}`), key)
  }
})
