import assert from 'node:assert/strict'
import { test } from 'node:test'
import { possible } from '../../js/abilities.js'

const all = { zip: true, folder: true, storage: true, download: true }

test('what was chosen is done where it can be', () => {
  for (const output of Object.keys(all)) {
    assert.equal(possible(output, all), output)
  }
})

test('what cannot be done, or is left to the page, becomes the best there is', () => {
  assert.equal(possible('auto', all), 'zip')
  assert.equal(possible('folder', { ...all, folder: false }), 'zip')
  const few = { ...all, zip: false, folder: false }
  assert.equal(possible('zip', few), 'storage')
  assert.equal(possible('auto', { ...few, storage: false }), 'download')
  assert.equal(possible('storage', { ...few, storage: false }), 'download')
})
