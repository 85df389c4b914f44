import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outlook } from '../../js/ui/outlook.js'

/** @param {object[]} rows */
function told(...rows) {
  const whys = [{ by: 'table' }, { by: 'replacement' }]
  /** @type {any} */
  const reply = { type: 'inspected', rows, whys }
  return outlook(reply, '00080060', 7)
}

test('what a replacement makes is told, also beside a row of the original', () => {
  const row = { tag: '0008,0060', depth: 0, why: 1 }
  const kept = { ...row, kind: 'kept', new: 'CT' }
  const added = { ...row, kind: 'added', new: 'MR' }
  assert.equal(told(added), 'In instance 7: MR')
  assert.equal(told(kept, added), 'In instance 7: MR')
  assert.match(told(kept), /the profile decides/)
  assert.match(told({ ...added, why: 0 }), /the profile decides/)
  assert.match(told({ ...added, depth: 1 }), /does not have it/)
})
