import assert from 'node:assert/strict'
import { test } from 'node:test'
import { named, search } from '../../js/settings/attributes.js'

/** @type {import('../../js/shared/protocol.js').Attribute[]} */
const KNOWN = [
  ['00100010', 'PatientName', "Patient's Name", 'PN'],
  ['00100040', 'PatientSex', "Patient's Sex", 'CS'],
  ['00280010', 'Rows', 'Rows', 'US'],
  ['00081048', 'PhysiciansOfRecord', 'Physician(s) of Record', 'PN'],
  ['00209999', '', '', 'US'],
]

test('an attribute is known by its tag, its keyword and its name alone', () => {
  for (const text of ['(0010,0040)', 'patientsex', "Patient's Sex"]) {
    assert.equal(named(KNOWN, text), KNOWN[1])
  }
  for (const text of ['US', 'PN', 'cs', 'Patient', '', ' ', ',']) {
    assert.equal(named(KNOWN, text), undefined, text)
  }
})

test('what begins with a text is found before what has it inside', () => {
  assert.deepEqual(search(KNOWN, 'ro'), [KNOWN[2]])
  assert.deepEqual(search(KNOWN, 'record'), [KNOWN[3]])
  assert.deepEqual(search(KNOWN, 'p'), [KNOWN[0], KNOWN[1], KNOWN[3]])
  assert.deepEqual(search(KNOWN, 'ph'), [KNOWN[3]])
  assert.deepEqual(search(KNOWN, '0010'), [KNOWN[0], KNOWN[1], KNOWN[2]])
  assert.deepEqual(search(KNOWN, 'pn'), [])
})
