/**
 * Fewer, larger writes: each one to a file costs a trip to another process. What was
 * written last can be taken back.
 */

import { release } from '../shared/release.js'

/** @import { Target } from './target.js' */

const BATCH = 1 << 22

/** Milliseconds after which what is written must reach the target. */
const LATEST = 1000

export class Batched {
  #target
  #batch = new Uint8Array(BATCH)
  #held = 0
  #flushed = 0
  #flushedAt = performance.now()
  /** Bytes that the target has already. */
  #there
  #lines = ''
  /** What has been written last. */
  #spent = new Uint8Array()

  /**
   * @param {Target} target
   * @param {number} there  bytes it has already, to be written in appearance only
   */
  constructor(target, there = 0) {
    this.#target = target
    this.#there = there
    /** Bytes in all, as zip.js counts them. */
    this.size = 0
    /** @type {WritableStream<Uint8Array<ArrayBuffer>>} */
    this.writable = new WritableStream({
      write: (chunk) => this.#write(chunk),
      close: () => this.#flush(),
    })
  }

  /** @param {string} line  for a journal, once all that is written is at the target */
  note(line) {
    this.#lines += line
  }

  /** Write from here on. */
  async begin() {
    this.#there = this.#flushed
    await this.#target.truncate(this.#there)
  }

  /**
   * Take back what was written after so many bytes.
   *
   * @param {number} size
   */
  async rewind(size) {
    if (size < this.#flushed) {
      await this.#target.truncate(size)
      this.#flushed = size
    }
    this.#held = size - this.#flushed
    this.size = size
  }

  /**
   * Put other bytes in the place of some that have been written.
   *
   * @param {number} at
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async patch(at, bytes) {
    const gone = Math.min(bytes.length, Math.max(0, this.#flushed - at))
    if (gone) {
      await this.#target.patch(at, bytes.subarray(0, gone))
    }
    if (gone < bytes.length) {
      this.#batch.set(bytes.subarray(gone), at + gone - this.#flushed)
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk  which is let go of */
  async #write(chunk) {
    // zip.js asks a chunk for its length once it is written
    release(this.#spent)
    this.#spent = chunk
    let at = Math.min(chunk.length, Math.max(0, this.#there - this.#flushed))
    this.#flushed += at
    while (at < chunk.length) {
      const part = chunk.subarray(at, at + BATCH - this.#held)
      this.#batch.set(part, this.#held)
      this.#held += part.length
      at += part.length
      if (this.#held === BATCH) {
        await this.#flush()
      }
    }
    if (performance.now() - this.#flushedAt > LATEST) {
      await this.#flush()
    }
  }

  async #flush() {
    const lines = this.#lines
    this.#lines = ''
    await this.#target.write(this.#batch.subarray(0, this.#held), lines)
    this.#flushed += this.#held
    this.#held = 0
    this.#flushedAt = performance.now()
  }
}
