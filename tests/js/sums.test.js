import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { parts, sizeOf } from '../../js/shared/segments.js'
import { combined } from '../../js/sink/sums.js'

test('the sum of a whole comes from those of its halves', () => {
  for (const [first, second] of [
    ['', ''],
    ['a', ''],
    ['', 'b'],
    ['123456789', '\0'.repeat(70_001)],
    ['\xff'.repeat(4097), 'tail'],
  ]) {
    const together = combined(crc32(first), crc32(second), Buffer.byteLength(second))
    assert.equal(together, crc32(first + second))
  }
})

test('sums reach over sizes that 32 bits cannot hold', () => {
  const half = 2 ** 31
  const twice = combined(combined(7, 1, half), 2, half)
  assert.equal(twice, combined(7, combined(1, 2, half), 2 * half))
})

test('segments are cut into parts that hold all of them, in order', () => {
  const source = Uint8Array.from({ length: 50 }, (_, index) => index)
  const segments = [
    Uint8Array.of(90, 91, 92),
    { start: 3, stop: 3 },
    { start: 10, stop: 31 },
    Uint8Array.of(),
    Uint8Array.of(93),
    { start: 0, stop: 2 },
  ]
  const bytesOf = (list) =>
    list.flatMap((one) =>
      one instanceof Uint8Array ? [...one] : [...source.subarray(one.start, one.stop)],
    )
  for (const bytes of [1, 2, 7, 27, 100]) {
    const all = [...parts(segments, bytes)]
    assert.deepEqual(
      all.flatMap((part) => bytesOf(part.segments)),
      bytesOf(segments),
    )
    assert.ok(all.slice(0, -1).every((part) => sizeOf(part.segments) === bytes))
    assert.deepEqual(
      all.map(({ last }) => last),
      [...Array(all.length - 1).fill(false), true],
    )
  }
  assert.deepEqual([...parts([], 5)], [{ segments: [], last: true }])
})

test('a part is not sent with what else its buffer holds', () => {
  const [first, second] = parts([new Uint8Array(100)], 60)
  assert.equal(first.segments[0].buffer.byteLength, 60)
  assert.equal(second.segments[0].buffer.byteLength, 40)
})
