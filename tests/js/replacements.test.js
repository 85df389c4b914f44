import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromCsv, join, split, toCsv } from '../../js/settings/replacements.js'

const MANY = [
  { attribute: 'PatientID', value: 'Subject {patient}' },
  { attribute: '0009,"A=B, C",01', value: 'x=y' },
  { attribute: '(0008,103E)', value: 'with "quotes", commas\nand lines' },
  { attribute: 'StudyID', value: '' },
]

test('an entry is split at its own equals sign', () => {
  for (const one of MANY) {
    assert.deepEqual(split(join(one)), one)
  }
  assert.deepEqual(split('no sign'), { attribute: 'no sign', value: '' })
})

test('a table gives back what was put in it', () => {
  assert.deepEqual(fromCsv(toCsv(MANY)), MANY)
  assert.deepEqual(fromCsv(`\uFEFF${toCsv(MANY)}`), MANY)
})

test('a table by other hands is read', () => {
  assert.deepEqual(fromCsv('PatientID,1\nStudyID,2'), [
    { attribute: 'PatientID', value: '1' },
    { attribute: 'StudyID', value: '2' },
  ])
  assert.deepEqual(fromCsv('Attribute;Value\r\nPatientID;a,b\r\n\r\n'), [
    { attribute: 'PatientID', value: 'a,b' },
  ])
  assert.throws(() => fromCsv('a,"b" c\n'), SyntaxError)
})
