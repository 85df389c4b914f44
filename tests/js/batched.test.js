import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Batched } from '../../js/sink/batched.js'

const BATCH = 1 << 22

/** Write chunks of these lengths; gives the writes that came of it, as copies. */
async function written(lengths) {
  const writes = []
  const { writable } = new Batched({
    write: async (bytes) => {
      writes.push(bytes.slice())
    },
  })
  const writer = writable.getWriter()
  let next = 0
  for (const length of lengths) {
    const chunk = new Uint8Array(length)
    for (let index = 0; index < length; index += 4096) {
      chunk[index] = next++ & 0xff
    }
    await writer.write(chunk)
  }
  await writer.close()
  return writes
}

test('small chunks become few writes', async () => {
  const writes = await written(Array(1000).fill(100))
  assert.deepEqual(
    writes.map(({ length }) => length),
    [100_000],
  )
})

test('no byte is lost at the edges of a batch', async () => {
  for (const lengths of [[BATCH], [BATCH - 1, 2], [3 * BATCH + 5], [1, 2 * BATCH, 7]]) {
    const writes = await written(lengths)
    const whole = Buffer.concat(writes)
    assert.equal(
      whole.length,
      lengths.reduce((sum, length) => sum + length),
    )
    assert.ok(writes.every(({ length }) => length <= BATCH))
    let next = 0
    let at = 0
    for (const length of lengths) {
      for (let index = 0; index < length; index += 4096) {
        assert.equal(whole[at + index], next++ & 0xff)
      }
      at += length
    }
  }
})

test('a failing write fails the stream', async () => {
  const target = { write: () => Promise.reject(new Error('full')) }
  const writer = new Batched(target).writable.getWriter()
  const big = writer.write(new Uint8Array(BATCH))
  await assert.rejects(big, /full/)
  await assert.rejects(writer.closed, /full/)
})

/** A target that can be looked at. */
function shelf() {
  let data = Buffer.alloc(0)
  const lines = []
  return {
    get data() {
      return data
    },
    lines,
    write: async (bytes, text) => {
      data = Buffer.concat([data, bytes])
      if (text) {
        lines.push([data.length, text])
      }
    },
    patch: async (at, bytes) => {
      data.set(bytes, at)
    },
    truncate: async (size) => {
      data = data.subarray(0, size)
    },
  }
}

test('what was written is put right, wherever it is by then', async () => {
  for (const at of [0, 10, BATCH - 2, BATCH - 4, BATCH, 2 * BATCH - 1, 2 * BATCH + 3]) {
    const target = shelf()
    const batched = new Batched(target)
    const writer = batched.writable.getWriter()
    await writer.write(new Uint8Array(2 * BATCH + 9).fill(1))
    await batched.patch(at, new Uint8Array([2, 3, 4, 5]))
    await writer.write(new Uint8Array(5).fill(6))
    await writer.close()
    const expected = Buffer.alloc(2 * BATCH + 14, 1).fill(6, 2 * BATCH + 9)
    expected.set([2, 3, 4, 5], at)
    assert.ok(target.data.equals(expected), `${at}`)
  }
})

test('what was written last is taken back, wherever it is by then', async () => {
  for (const [before, after] of [
    [10, 20],
    [10, BATCH],
    [BATCH, 3 * BATCH + 1],
    [BATCH + 7, 1],
  ]) {
    const target = shelf()
    const batched = new Batched(target)
    const writer = batched.writable.getWriter()
    await writer.write(new Uint8Array(before).fill(1))
    await writer.write(new Uint8Array(after).fill(2))
    await batched.rewind(before)
    await writer.write(new Uint8Array(3).fill(3))
    await writer.close()
    assert.equal(target.data.length, before + 3)
    assert.ok(target.data.subarray(0, before).every((byte) => byte === 1))
    assert.ok(target.data.subarray(before).every((byte) => byte === 3))
  }
})

test('a line is told when all that was written before it is at the target', async () => {
  const target = shelf()
  const batched = new Batched(target)
  const writer = batched.writable.getWriter()
  await writer.write(new Uint8Array(BATCH - 1))
  batched.note('one')
  assert.deepEqual(target.lines, [])
  await writer.write(new Uint8Array(2))
  assert.deepEqual(target.lines, [[BATCH, 'one']])
  batched.note('two')
  await writer.close()
  assert.deepEqual(target.lines, [
    [BATCH, 'one'],
    [BATCH + 1, 'two'],
  ])
})

test('what is there already is written in appearance only', async () => {
  const target = shelf()
  const there = new Uint8Array(1000).fill(7)
  await target.write(there)
  const batched = new Batched(target, Number.POSITIVE_INFINITY)
  const writer = batched.writable.getWriter()
  await writer.write(new Uint8Array(900))
  await batched.begin()
  await writer.write(new Uint8Array(5).fill(8))
  await writer.close()
  assert.equal(target.data.length, 905)
  assert.ok(target.data.subarray(0, 900).every((byte) => byte === 7))
  assert.ok(target.data.subarray(900).every((byte) => byte === 8))
})
