/** An instance as pieces that can be held, read from the source as they are wanted. */

import { assemble, parts } from '../shared/segments.js'
import { Unplaced } from '../shared/unplaced.js'

/** @import { Job, Segment } from '../shared/protocol.js' */

const PIECE = 1 << 22

/**
 * @param {Blob} file
 * @param {Segment[]} segments
 * @param {Job} job
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
 */
export async function* pieces(file, segments, { signal, progress }) {
  for (const part of parts(segments, PIECE)) {
    signal.throwIfAborted()
    const piece = await read(assemble(file, part.segments))
    const size = piece.length
    yield piece
    progress(size)
  }
}

/** @param {Blob} blob */
async function read(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer())
  } catch {
    // changed, moved or withdrawn since it was planned
    throw new Unplaced({ type: 'unreadable', code: 'source-lost', offset: 0 })
  }
}

/**
 * What a generator gives, as a stream.
 *
 * @param {AsyncGenerator<Uint8Array<ArrayBuffer>>} chunks
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function streamOf(chunks) {
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await chunks.next()
        if (done) {
          controller.close()
        } else {
          controller.enqueue(value)
        }
      },
      cancel: async () => {
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
