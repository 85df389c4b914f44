import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batched } from '../../js/sink/batched.js'

const BATCH = 1 << 22

/** Write chunks of these lengths; gives the writes that came of it, as copies. */
async function written(lengths) {
  const writes = []
  const stream = batched(async (bytes) => {
    writes.push(bytes.slice())
  })
  const writer = stream.getWriter()
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
  const writer = batched(() => Promise.reject(new Error('full'))).getWriter()
  const big = writer.write(new Uint8Array(BATCH))
  await assert.rejects(big, /full/)
  await assert.rejects(writer.closed, /full/)
})
