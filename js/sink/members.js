/**
 * Members of a ZIP archive, placed by zip.js. What an engine has packed is only put
 * there; what others are to deflate is deflated on the way; a giant is never held, but
 * packed in parts, and taken back as a whole if it cannot be finished.
 */

import { configure, Uint8ArrayReader, ZipWriter } from '../../vendor/zip.js/zip.js'
import { others } from '../concurrent.js'
import { sizeOf } from '../shared/segments.js'
import { DIRECTORY } from './names.js'
import { pieces, streamOf } from './pieces.js'
import { combined } from './sums.js'

/**
 * @import { Deidentified, Job, Member, Method, Pack, PackedPart, Packing, Segment } from '../shared/protocol.js'
 * @import { Batched } from './batched.js'
 * @import { Finished, Placed } from './records.js'
 *
 * @typedef {'fast' | 'store' | 'native' | 'software'} Codec
 *
 * @typedef {object} ZipSettings
 * @property {Codec} codec
 * @property {number} level  of `fast`, 1 to 9, where 0 is 1; of `software`, 0 to 9
 * @property {boolean} workers  whether `native` and `software` work beside the page
 * @property {boolean} again  whether to deflate what is compressed already
 *
 * @typedef {Placed & { size: number }} Put
 * @typedef {{ readable: ReadableStream, size?: number }} Reader
 */

/** The first moment a ZIP can tell: it tells nothing. */
const NO_TIME = new Date(1980, 0, 1)

/** Bytes of what lies there already, as they are counted. */
const BLOCK = 1 << 22

/** Where a local header has the sum of its member. */
const SUM_AT = 14

const NOTHING = new Uint8Array()

const STORED = 0
const DEFLATED = 8

/** The level of CompressionStream, which has no other. */
const NATIVE_LEVEL = 6

/** Members that are deflated at the same time by others than the engines. */
export const WIDTH = Math.min(globalThis.navigator?.hardwareConcurrency ?? 2, 4)

// members come whole, so they can go whole
configure({ chunkSize: 1 << 22, maxWorkers: WIDTH })

export class Members {
  #zip
  #batched
  #pack
  #settings

  /**
   * @param {Batched} batched
   * @param {Pack} pack
   * @param {ZipSettings} settings
   */
  constructor(batched, pack, settings) {
    this.#batched = batched
    this.#pack = pack
    this.#settings = settings
    this.#zip = new ZipWriter(batched, {
      encodeText: ascii,
      extendedTimestamp: false,
      lastModDate: NO_TIME,
      useWebWorkers: false,
    })
  }

  /** @returns {Packing} */
  get packing() {
    const { codec, level, again } = this.#settings
    const levels = {
      fast: Math.max(level, 1),
      store: 0,
      native: NATIVE_LEVEL,
      software: level,
    }
    const elsewhere = codec === 'native' || codec === 'software'
    return { level: levels[codec], again, elsewhere }
  }

  /**
   * Put what an engine has packed.
   *
   * @param {string} name
   * @param {Member} member
   */
  whole(name, { data, method, size, crc32 }) {
    return this.#add(name, new Uint8ArrayReader(data), passed(method, size, crc32))
  }

  /**
   * Put what is small enough to be held, deflating it.
   *
   * @param {string} name
   * @param {File} file
   * @param {Segment[]} segments
   * @param {Job} job
   */
  deflated(name, file, segments, job) {
    const options = { ...this.#deflate(), bufferedWrite: true }
    return this.#add(name, plain(file, segments, job), options)
  }

  /**
   * Put a giant.
   *
   * @param {string} name
   * @param {File} file
   * @param {Deidentified} instance
   * @param {Job} job
   */
  async giant(name, file, { segments = [], method = STORED }, job) {
    const before = this.#batched.size
    try {
      return await this.#streamed(name, file, segments, method, job)
    } catch (error) {
      await this.#batched.rewind(before)
      // zip.js goes on behind what it could not finish, unless told where it is
      Object.assign(this.#zip, { offset: before })
      throw error
    }
  }

  /**
   * Put a member that lies there already.
   *
   * @param {string} name
   * @param {Finished} one
   * @param {Pick<Job, 'signal'>} job
   */
  again(name, { size, placed }, { signal }) {
    const { packed, method, crc32, streamed } = /** @type {Placed} */ (placed)
    const readable = streamOf(zeros(packed, signal))
    return this.#add(name, streamed ? { readable } : { readable, size: packed }, {
      ...(method === DEFLATED && this.#level()),
      ...passed(method, size, crc32),
    })
  }

  /**
   * Put a file of our own.
   *
   * @param {string} name
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async own(name, bytes) {
    await this.#zip.add(name, new Uint8ArrayReader(bytes), { bufferedWrite: true })
  }

  /** @param {Uint8Array<ArrayBuffer>} [directory] */
  async close(directory) {
    if (directory) {
      await this.own(DIRECTORY, directory)
    }
    await this.#zip.close()
  }

  /**
   * @param {string} name
   * @param {File} file
   * @param {Segment[]} segments
   * @param {Method} method
   * @param {Job} job
   */
  async #streamed(name, file, segments, method, job) {
    const stored = method === STORED
    if (this.packing.elsewhere && !stored) {
      return this.#add(name, plain(file, segments, job), this.#deflate(), true)
    }
    const sum = new LateSum()
    const size = sizeOf(segments)
    const parts = this.#pack(file, segments, stored ? 0 : this.packing.level)
    const readable = streamOf(sum.over(parts, job))
    const reader = stored ? { readable, size } : { readable }
    const put = await this.#add(name, reader, passed(method, size, sum), !stored)
    if (stored) {
      await this.#batched.patch(put.at + SUM_AT, sum.bytes)
    }
    return { ...put, crc32: sum.crc32 }
  }

  /**
   * @param {string} name
   * @param {Reader | Uint8ArrayReader} reader
   * @param {import('../../vendor/zip.js/zip.js').ZipWriterAddDataOptions} options
   * @param {boolean} [streamed]  its sizes stand behind it
   * @returns {Promise<Put>}
   */
  async #add(name, reader, options, streamed = false) {
    const entry = await this.#zip.add(name, reader, options)
    this.#letGo()
    return {
      at: entry.offset,
      packed: entry.compressedSize,
      method: entry.compressionMethod === STORED ? STORED : DEFLATED,
      size: entry.uncompressedSize,
      crc32: Number(entry.crc32),
      streamed,
    }
  }

  /**
   * Let go of how members were added: zip.js keeps that of each, three times as much as
   * the directory takes, should nobody have looked whether it failed.
   */
  #letGo() {
    for (const kept of Object.values(this.#zip)) {
      if (Array.isArray(kept)) {
        kept.length = 0
      }
    }
  }

  #deflate() {
    return {
      ...this.#level(),
      useWebWorkers: this.#settings.workers,
      useCompressionStream: this.#settings.codec === 'native',
    }
  }

  /** What the flags of a member tell of the level. */
  #level() {
    const { elsewhere, level } = this.packing
    return elsewhere ? { level } : {}
  }
}

/**
 * Encode what zip.js keeps of each member until the end. What a TextEncoder gives lies
 * outside of the heap of JavaScript, and holds much more there than its bytes.
 *
 * @param {string} text  a name in the archive, all of which are ASCII, or no comment
 */
function ascii(text) {
  return text ? Uint8Array.from(text, (letter) => letter.charCodeAt(0)) : NOTHING
}

/**
 * A sum that is known when the data are, which is when it is asked for: behind data of
 * unknown length their sizes and sum follow; before others its place is filled then.
 */
class LateSum {
  crc32 = 0

  /**
   * @param {AsyncGenerator<PackedPart>} parts
   * @param {Job} job
   */
  async *over(parts, job) {
    for await (const { data, size, crc32 } of parts) {
      this.crc32 = combined(this.crc32, crc32, size)
      yield data
      job.progress(size)
    }
  }

  valueOf() {
    return this.crc32
  }

  /** As a header has it. */
  get bytes() {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, this.crc32, true)
    return bytes
  }
}

/**
 * @param {Method} method
 * @param {number} size
 * @param {number | LateSum} sum
 */
function passed(method, size, sum) {
  return {
    passThrough: true,
    compressionMethod: method,
    uncompressedSize: size,
    crc32: /** @type {number} */ (sum),
  }
}

/**
 * @param {File} file
 * @param {Segment[]} segments
 * @param {Job} job
 * @returns {Reader}
 */
function plain(file, segments, job) {
  return { readable: streamOf(pieces(file, segments, job)), size: sizeOf(segments) }
}

/**
 * @param {number} size
 * @param {AbortSignal} signal
 */
async function* zeros(size, signal) {
  for (let left = size; left > 0; left -= BLOCK) {
    // nothing else would let the page hear a click
    await others()
    signal.throwIfAborted()
    yield new Uint8Array(Math.min(left, BLOCK))
  }
}
