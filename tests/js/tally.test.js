import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { pieces, withResult } from '../../js/records.js'
import { add, addEarlier, addLack, emptyTally, placeOf } from '../../js/tally.js'
import { inSight, Sorted } from '../../js/ui/lines.js'

const source = (number) => ({ number, path: `DOE^JANE/${number}`, file: { size: 100 } })

function deidentified(number, changes = {}) {
  const row = {
    ...{ sop_class_uid: '1.2', transfer_syntax_uid: '1.2.1', patient: 'P-A' },
    ...{ study_instance_uid: '2.25.1', series_instance_uid: `2.25.2${number % 2}` },
    ...{ sop_instance_uid: `2.25.3${number}`, counts: { X: 2, U: 3 }, notes: [] },
    ...changes,
  }
  const segments = [new Uint8Array(10), { start: 0, stop: 50 }]
  return { type: 'deidentified', name: `DICOM/${number}`, entry: '', row, segments }
}

function tallied(replies) {
  const tally = emptyTally()
  for (const [index, [reply, name]] of replies.entries()) {
    add(tally, { source: source(index + 1), reply, ms: 1.5 }, name)
  }
  return tally
}

const MIXED = [
  [deidentified(1), 'DICOM/1'],
  [deidentified(2), null],
  [{ type: 'unreadable', code: 'truncated', offset: 7 }, null],
  [{ type: 'rejected', reason: 'dicomdir', notes: [] }, null],
  [
    {
      type: 'rejected',
      reason: 'residual',
      notes: [{ code: 'residual-name', place: '(0008,1030)' }],
    },
    null,
  ],
  [{ type: 'failed', error: 'KeyError', where: 'scan 7' }, null],
]

test('each file has a line with its outcome, sizes and the time it took', () => {
  const { lines, problems, tree, ...tally } = tallied(MIXED)
  const outcomes = lines.map(({ outcome }) => outcome)
  const fates = 'deidentified duplicate unreadable left-out rejected failed'
  assert.deepEqual(outcomes, fates.split(' '))
  assert.deepEqual(
    lines.map((line) => placeOf(line)),
    ['', '', '7', '', 'name (0008,1030)', 'scan 7'],
  )
  assert.ok(lines.every(({ ms, bytesIn }) => ms === 1.5 && bytesIn === 100))
  assert.deepEqual(
    lines.map(({ bytesOut }) => bytesOut),
    [60, 0, 0, 0, 0, 0],
  )
  assert.equal(tally.written, 1)
  assert.equal(tally.duplicates, 1)
  assert.equal(tally.lost, 3, 'a directory is no instance')
  assert.equal(problems.length, 4)
  assert.deepEqual(tally.counts, { X: 2, U: 3 })
  assert.equal(tree.get('P-A').get('2.25.1').get('2.25.21'), 1)
})

test('a note on what was written is told by its whole code', () => {
  const notes = [
    { code: 'burned-in', place: '(0028,0301)' },
    { code: 'burned-in-risk', place: '' },
  ]
  const { lines } = tallied([[deidentified(1, { notes }), 'DICOM/1']])
  assert.equal(placeOf(lines[0]), 'burned-in (0028,0301), burned-in-risk')
})

test('what comes of no file is counted apart, but is in the tree', () => {
  const tally = tallied([[deidentified(1), 'DICOM/1']])
  addEarlier(tally, { row: deidentified(3).row, size: 5 })
  assert.deepEqual([tally.files, tally.written, tally.earlier], [1, 1, 1])
  assert.equal(tally.bytesOut, 65)
  assert.deepEqual(tally.counts, { X: 4, U: 6 })
  assert.equal(tally.tree.get('P-A').get('2.25.1').get('2.25.21'), 2)
  addLack(tally)
  assert.deepEqual(
    tally.problems.map(({ path, code }) => [path, code]),
    [['DICOMDIR', 'no-directory']],
  )
  assert.equal(tally.files, 1)
})

test('a note is counted once for an instance, and its places are kept apart', () => {
  const notes = ['(0010,0010)', '(0010,0020)'].map((place) => ({
    code: 'residual-name',
    place,
  }))
  const tally = tallied([
    [deidentified(1, { notes }), 'a'],
    [deidentified(2, { notes: notes.slice(1) }), 'b'],
  ])
  const { instances, places } = tally.notes['residual-name']
  assert.equal(instances, 2)
  assert.deepEqual([...places], ['(0010,0010)', '(0010,0020)'])
})

test('a report has every line in the order of the files, and no path', () => {
  const { lines } = tallied(MIXED)
  const begin = { format: 'json', settings: '{}', browser: 'one' }
  const made = [...pieces([...lines].reverse(), begin)]
  assert.equal(made.length, 1)
  assert.deepEqual(made[0].begin, begin)
  assert.equal(made[0].last, true)
  const told = JSON.parse(made[0].lines)
  assert.deepEqual(
    told.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6],
  )
  assert.doesNotMatch(made[0].lines, /DOE|path/)
})

test('a long report comes in pieces, and an empty one in one', () => {
  const lines = tallied(Array(4001).fill(MIXED[2])).lines
  const made = [...pieces(lines, { format: 'csv', settings: '{}', browser: '' })]
  assert.deepEqual(
    made.map(({ lines, last, begin }) => [JSON.parse(lines).length, last, !!begin]),
    [
      [2000, false, true],
      [2000, false, false],
      [1, true, false],
    ],
  )
  const none = [...pieces([], { format: 'csv', settings: '{}', browser: '' })]
  assert.deepEqual(
    none.map(({ lines, last }) => [lines, last]),
    [['[]', true]],
  )
})

test('only what has a result is read again for its IDs', () => {
  const sources = MIXED.map((_, index) => source(index + 1))
  const { lines } = tallied(MIXED)
  assert.deepEqual(
    withResult(sources, lines).map(({ number }) => number),
    [1, 2],
  )
})

test('lines of an outcome are found while more are added', () => {
  const tally = emptyTally()
  const sorted = new Sorted(tally.lines)
  const put = (reply, name) => add(tally, { source: source(1), reply, ms: 1 }, name)
  assert.equal(sorted.lines('all').length, 0)
  put(MIXED[2][0], null)
  put(deidentified(1), 'a')
  assert.equal(sorted.lines('unreadable').length, 1)
  put(MIXED[2][0], null)
  assert.equal(sorted.lines('unreadable').length, 2)
  assert.equal(sorted.lines('unreadable').length, 2)
  assert.equal(sorted.lines('deidentified').length, 1)
  assert.equal(sorted.lines('failed').length, 0)
  assert.equal(sorted.lines('all').length, 3)
})

test('rows in sight are few, and all of them, wherever it is scrolled', () => {
  for (const top of [0, 31, 32, 1_000_000, 3_199_616, 9_999_999]) {
    const { first, last } = inSight({ top, height: 384, row: 32 }, 100_000)
    assert.ok(last - first <= 30)
    assert.ok(first >= 0 && last <= 100_000)
    if (top < 3_200_000) {
      assert.ok(first * 32 <= top)
      assert.ok(last === 100_000 || last * 32 >= top + 384)
    }
  }
  assert.deepEqual(inSight({ top: 0, height: 384, row: 32 }, 0), { first: 0, last: 0 })
  assert.deepEqual(inSight({ top: 0, height: 384, row: 32 }, 3), { first: 0, last: 3 })
})

test('a hundred thousand lines fit in 50 MB', () => {
  const script = `
    import { add, emptyTally } from './js/tally.js'
    const uid = (n) => '2.25.' + String(n).padStart(38, '7')
    const used = () => { gc(); gc(); return process.memoryUsage().heapUsed }
    const path = 'a/folder/of/the/source'
    const file = { size: 524288 }
    const before = used()
    const tally = emptyTally()
    for (let number = 1; number <= 100_000; number++) {
      const reply = JSON.parse(JSON.stringify({
        type: 'deidentified', name: 'DICOM/PT000000/ST000000/SE000000/IM' + number, entry: '',
        member: { size: 500_000 + number },
        row: {
          sop_class_uid: '1.2.840.10008.5.1.4.1.1.2', transfer_syntax_uid: '1.2.840.10008.1.2.1',
          patient: 'P-ABCDEFGH1234', study_instance_uid: uid(1),
          series_instance_uid: uid(number % 300), sop_instance_uid: uid(1e9 + number),
          counts: { X: 20 + number % 9, Z: 10, D: 3, U: 5 },
          notes: [{ code: 'burned-in', place: '' }],
        },
      }))
      add(tally, { source: { number, path, file }, reply, ms: number / 7 }, reply.name)
    }
    console.log(Math.round((used() - before) / 1e6), tally.lines.length)
  `
  const ran = spawnSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', script],
    { cwd: new URL('../../', import.meta.url), encoding: 'utf8' },
  )
  const [megabytes, lines] = ran.stdout.trim().split(' ').map(Number)
  assert.equal(lines, 100_000, ran.stderr)
  assert.ok(megabytes < 50, `${megabytes} MB`)
})
