import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preset, presetOf } from '../../js/settings/presets.js'
import {
  changed,
  defaults,
  ENGINE,
  fromAddress,
  fromFile,
  toAddress,
} from '../../js/settings/settings.js'

test('an address gives back what was said in it', () => {
  const values = {
    ...defaults(),
    retain_longitudinal: 'modified',
    delete_private: false,
    replacements: ['PatientID=A B', 'StudyID=Größe'],
    level: 6,
  }
  const { values: read, refused } = fromAddress(toAddress(values))
  assert.deepEqual({ ...defaults(), ...read }, values)
  assert.deepEqual(refused, [])
})

test('what the schemas do not allow is named and left out', () => {
  const { values, refused } = fromAddress(
    new URLSearchParams('retain_uids=yes&level=99&key=x&sweep=never&codec=store'),
  )
  assert.deepEqual(refused.sort(), ['key', 'level', 'retain_uids', 'sweep'])
  assert.deepEqual(values, { codec: 'store' })
  const file = fromFile({ retain_uids: 'true', replacements: [7], workers: 2.5 })
  assert.deepEqual(file.values, {})
  assert.equal(file.refused.length, 3)
})

test('a preset is known again, and speaks of no replacement', () => {
  for (const name of ['strict', 'research', 'internal']) {
    const values = { ...defaults(), replacements: ['PatientID=A'], ...preset(name) }
    assert.equal(presetOf(values), name)
    assert.deepEqual(values.replacements, ['PatientID=A'])
  }
  assert.equal(presetOf({ ...defaults(), retain_uids: true }), 'custom')
  assert.deepEqual(changed({ ...defaults(), ...preset('strict') }, ENGINE), {})
})

test('an address may have any words, also those that every object has', () => {
  const address = new URLSearchParams('constructor=1&__proto__=2&toString=&dates=3')
  const { values, refused } = fromAddress(address)
  assert.deepEqual(values, {})
  assert.deepEqual(refused, ['constructor', '__proto__', 'toString', 'dates'])
})
