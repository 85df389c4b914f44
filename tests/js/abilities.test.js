import assert from 'node:assert/strict'
import { test } from 'node:test'
import { abilities, possible } from '../../js/abilities.js'

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

test('within a page of another origin nobody can be asked for a place', async () => {
  Object.assign(globalThis, { showSaveFilePicker() {}, showDirectoryPicker() {} })
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  const asked = async (/** @type {object} */ top) => {
    Object.assign(globalThis, { window: { top } })
    const { zip, folder } = await abilities()
    return [zip, folder]
  }
  assert.deepEqual(await asked({ origin: 'https://here' }), [true, true])
  const foreign = {
    get origin() {
      throw new DOMException('', 'SecurityError')
    },
  }
  assert.deepEqual(await asked(foreign), [false, false])
})
