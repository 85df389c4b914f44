import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fault,
  figures,
  forAll,
  MAX_DESCRIPTION,
  Review,
  read,
  written,
} from '../../js/review.js'

const said = (original, suggestion = original) => ({ original, suggestion })

const place = (more = {}) => ({
  patient: 'P-1',
  study: '2.25.1',
  series: '2.25.11',
  modality: 'CT',
  number: '1',
  study_description: said('Thorax of Doe', 'Thorax'),
  series_description: said('Axial'),
  instances: 1,
  ...more,
})

function review(...places) {
  const made = new Review()
  for (const one of places) {
    made.add(one)
  }
  return made.patients()
}

const MANY = [
  place(),
  place({ series_description: said('Axial 5mm') }),
  place({ series_description: said('Axial 5mm') }),
  place({ series: '2.25.12', number: '10', modality: 'SR' }),
  place({ series: '2.25.13', number: '9', study_description: said('') }),
  place({ series: '2.25.14', number: '', modality: '' }),
  place({ series: '2.25.15', number: 'x' }),
  place({ study: '2.25.2', series: '2.25.21' }),
  place({ patient: 'P-0', study: '2.25.3', series: '2.25.31' }),
  place({ patient: '', study: '', series: '' }),
]

test('places become patients with studies and series', () => {
  const [nobody, first, second] = review(...MANY)
  assert.deepEqual([nobody.id, first.id, second.id], ['', 'P-0', 'P-1'])
  assert.deepEqual(
    second.studies.map(({ uid, instances }) => [uid, instances]),
    [
      ['2.25.1', 7],
      ['2.25.2', 1],
    ],
  )
  assert.equal(second.instances, 8)
  assert.deepEqual(second.studies[0].descriptions, [
    { original: 'Thorax of Doe', suggestion: 'Thorax', instances: 6 },
  ])
  const numbers = second.studies[0].series.map(({ number }) => number)
  assert.deepEqual(numbers.slice(0, 3), ['1', '9', '10'])
  assert.deepEqual(second.studies[0].series[0].descriptions, [
    { original: 'Axial 5mm', suggestion: 'Axial 5mm', instances: 2 },
    { original: 'Axial', suggestion: 'Axial', instances: 1 },
  ])
})

test('the order in which places come does not matter', () => {
  const places = [
    ...MANY,
    place({ study_description: said('Thorax of Doe', 'Thorax of') }),
    place({ modality: '', number: '2' }),
    place({ modality: 'OT', number: '' }),
  ]
  const expected = review(...places)
  for (let turn = 1; turn < places.length; turn++) {
    const turned = [...places.slice(turn), ...places.slice(0, turn)]
    assert.deepEqual(review(...turned), expected)
    assert.deepEqual(review(...turned.reverse()), expected)
  }
})

test('a suggestion of one patient is not given to another', () => {
  const [doe, roe] = review(
    place({ series_description: said('Chest of Roe', 'Chest of Roe') }),
    place({
      patient: 'P-2',
      study: '2.25.9',
      series: '2.25.99',
      series_description: said('Chest of Roe', 'Chest'),
    }),
  ).map((patient) => patient.studies[0].series[0].descriptions[0].suggestion)
  assert.equal(doe, 'Chest of Roe')
  assert.equal(roe, 'Chest')
})

test('a directory counts as many instances as it lists', () => {
  const [patient] = review(place({ instances: 3 }), place({ instances: 0 }))
  assert.equal(patient.instances, 3)
  assert.equal(patient.studies[0].series[0].descriptions[0].instances, 3)
})

test('all suggestions are taken or all descriptions dropped at once', () => {
  const patients = review(
    place(),
    place({ series: '2.25.12', series_description: said('') }),
  )
  assert.deepEqual(Object.fromEntries(forAll(patients, 'suggestion')), {
    '2.25.1': 'Thorax',
    '2.25.11': 'Axial',
    '2.25.12': null,
  })
  const dropped = forAll(patients, 'drop')
  assert.equal(dropped.size, 3)
  assert.ok([...dropped.values()].every((value) => value === null))
})

test('what a description must not have is told', () => {
  for (const legal of ['', 'Schädel', ' x ', 'é'.repeat(64), '😀'.repeat(64)]) {
    assert.equal(fault(legal), '')
  }
  assert.equal(fault('x'.repeat(MAX_DESCRIPTION + 1)), 'too-long')
  for (const illegal of ['a\\b', 'a\nb', '\u001b', '\u0085', '\ud800']) {
    assert.equal(fault(illegal), 'illegal-character')
  }
})

test('choices are written so that they can be read again', () => {
  const choices = new Map([
    ['2.25.2', null],
    ['2.25.1', 'Thorax'],
    ['', 'of nobody'],
    ['DOE.1', 'of a strange UID'],
  ])
  const text = written(choices)
  assert.deepEqual(JSON.parse(text), { '2.25.1': 'Thorax', '2.25.2': null })
  assert.equal(written(read(text)), text)
  assert.equal(written(new Map()), '')
})

test('what are no choices is not read', () => {
  for (const text of ['', '{', '[]', 'null', '7', '{"1.2":7}', '{"1.2":"a\\\\b"}']) {
    assert.equal(read(text), null)
  }
})

test('what there is is counted', () => {
  assert.deepEqual(figures(review(...MANY)), {
    ...{ patients: 3, studies: 4, series: 8, instances: 10 },
  })
})
