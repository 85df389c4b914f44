import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pace } from '../../js/ui/pace.js'
import { area, Series } from '../../js/ui/plot.js'

/** Run files of a size at a speed, told four times a second. */
function run(pace, { files, size, perSecond, from = 0, done = 0 }) {
  const told = []
  let now = from
  for (let number = done; number < done + files; number += perSecond / 4) {
    now += 250
    const finished = number + perSecond / 4
    pace.note(now, { files: finished, bytes: finished * size, bytesOut: finished * 10 })
    told.push({ now, finished, left: pace.left({ files: 1000, bytes: 1000 * size }) })
  }
  return told
}

test('a steady run is told its speed and its end', () => {
  const pace = new Pace(0)
  const told = run(pace, { files: 500, size: 1e6, perSecond: 20 })
  assert.ok(Math.abs(pace.speed.files - 20) < 0.1)
  assert.ok(Math.abs(pace.speed.in - 20e6) < 1e5)
  assert.ok(Math.abs(pace.speed.out - 200) < 1)
  assert.ok(Math.abs(told.at(-1).left - 25_000) < 1000)
})

test('nothing is said of the end before there is anything to go by', () => {
  const pace = new Pace(0)
  assert.equal(pace.left({ files: 10, bytes: 10 }), null)
  pace.note(1000, { files: 5, bytes: 5, bytesOut: 5 })
  assert.equal(pace.left({ files: 10, bytes: 10 }), null)
  const silent = new Pace(0)
  silent.note(5000, { files: 0, bytes: 0, bytesOut: 0 })
  assert.equal(silent.left({ files: 10, bytes: 10 }), null)
})

test('an uneven run does not make the end jump', () => {
  const pace = new Pace(0)
  const ends = []
  let bytes = 0
  for (let tick = 1; tick <= 200; tick++) {
    bytes += tick % 2 ? 8e6 : 2e6
    pace.note(tick * 250, { files: tick, bytes, bytesOut: 0 })
    const left = pace.left({ files: 400, bytes: 2000e6 })
    if (left !== null && tick > 40) {
      ends.push(tick * 250 + left)
    }
  }
  assert.ok(new Set(ends).size < 6, `${new Set(ends).size} ends`)
  assert.ok(Math.max(...ends) - Math.min(...ends) < 25_000)
})

test('a run that gets slower is told a later end', () => {
  const pace = new Pace(0)
  const [fast] = run(pace, { files: 400, size: 1e6, perSecond: 40 }).slice(-1)
  const [slow] = run(pace, {
    ...{ files: 300, size: 1e6, perSecond: 4 },
    ...{ from: fast.now, done: fast.finished },
  }).slice(-1)
  assert.ok(Math.abs(slow.left - (1000 - slow.finished) * 250) < 20_000)
  assert.ok(slow.left > 3 * fast.left)
})

test('the end is never in the past, and files of no bytes count', () => {
  const pace = new Pace(0)
  for (let tick = 1; tick < 100; tick++) {
    pace.note(tick * 250, { files: tick, bytes: 0, bytesOut: 0 })
    const left = pace.left({ files: 99, bytes: 0 })
    assert.ok(left === null || left >= 0)
    assert.ok(left === null || tick > 90 || left > 0)
  }
})

test('a plot keeps the whole run in few values', () => {
  const series = new Series(8)
  for (let value = 1; value <= 1000; value++) {
    series.add(value)
    assert.ok(series.values.length < 8)
  }
  const sorted = [...series.values].sort((one, other) => one - other)
  assert.deepEqual(series.values, sorted)
  assert.ok(series.values[0] < 150)
  assert.ok(series.values.at(-1) > 800)
})

test('a mean is of all that was added', () => {
  const series = new Series(4)
  for (const value of [1, 3, 5, 7]) {
    series.add(value)
  }
  assert.deepEqual(series.values, [2, 6])
})

test('a plot is drawn from edge to edge, its greatest value at the top', () => {
  assert.equal(area([], 100, 10), '')
  assert.equal(area([1], 100, 10), '')
  assert.equal(area([0, 4, 2], 100, 10), 'M0,10L0.0,10.0L50.0,0.0L100.0,5.0L100,10Z')
  assert.doesNotMatch(area([0, 0], 100, 10), /NaN/)
})
