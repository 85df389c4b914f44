/**
 * Fewer, larger writes: each one to a file costs a trip to another process.
 */

const BATCH = 1 << 22

/**
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<void>} write
 * @returns {WritableStream<Uint8Array>}
 */
export function batched(write) {
  const batch = new Uint8Array(BATCH)
  let held = 0

  async function flush() {
    await write(batch.subarray(0, held))
    held = 0
  }

  return new WritableStream({
    async write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + BATCH - held)
        batch.set(part, held)
        held += part.length
        at += part.length
        if (held === BATCH) {
          await flush()
        }
      }
    },
    close: flush,
  })
}
