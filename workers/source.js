/**
 * A source, opened for the engine: a file, or a member of an archive. Both are read by
 * ranges; only Deflate64, which Python does not know, is unpacked before.
 */

import { LENIENT } from '../js/shared/archives.js'
import { release } from '../js/shared/release.js'
import { BlobReader, configure, ZipReader } from '../vendor/zip.js/zip.js'

/**
 * @import { FileEntry } from '../vendor/zip.js/zip.js'
 * @import { Origin, Packed } from '../js/shared/protocol.js'
 * @import { Driver, Opened, Read } from './runtime.js'
 */

const STORED = 0
const DEFLATE64 = 9

/** Bytes that are held before the browser may put them elsewhere. */
const HELD = 1 << 25

const reader = new FileReaderSync()

/** Entries of the archive that was asked for last, by offset. */
const directory = {
  archive: '',
  entries: /** @type {Map<number, FileEntry>} */ (new Map()),
}

// this is a worker already
configure({ useWebWorkers: false })

/**
 * @param {Origin} origin
 * @param {Driver} driver
 * @returns {Promise<Opened>}
 */
export async function open({ file, packed }, driver) {
  const unpacks = packed?.method === DEFLATE64 && driver.acceptable(packed)
  return {
    size: file.size,
    read: reading(file),
    packed,
    other: unpacks ? reading(await inflated(file, packed)) : undefined,
    sliced: !packed || packed.method === STORED,
  }
}

/**
 * @param {Blob} blob
 * @returns {Read}  gives what is good until the next read
 */
export function reading(blob) {
  let last = new Uint8Array()
  return (start, stop) => {
    release(last)
    last = new Uint8Array(reader.readAsArrayBuffer(blob.slice(start, stop)))
    return last
  }
}

/**
 * Inflate a member as far as it goes, but not beyond what it says: what ends early or
 * swells is told apart by its sum and size.
 *
 * @param {File} file
 * @param {Packed} packed
 */
async function inflated(file, { offset, size }) {
  /** @type {BlobPart[]} */
  let parts = []
  let held = 0
  let left = size
  const target = new WritableStream({
    write(/** @type {Uint8Array<ArrayBuffer>} */ data) {
      left -= data.byteLength
      if (left < 0) {
        throw new RangeError()
      }
      parts.push(data)
      held += data.byteLength
      if (held > HELD) {
        parts = [new Blob(parts)]
        held = 0
      }
    },
  })
  try {
    const entry = (await entriesOf(file)).get(offset)
    await entry?.getData(target)
  } catch {
    // what there is does not have the right size, or not the right sum
  }
  return new Blob(parts)
}

/**
 * List what is deflated that way in an archive, once for all its members.
 *
 * @param {File} file
 */
async function entriesOf(file) {
  const archive = `${file.size} ${file.lastModified} ${file.name}`
  if (directory.archive !== archive) {
    const entries = new Map()
    const zip = new ZipReader(new BlobReader(file), LENIENT)
    for await (const entry of zip.getEntriesGenerator()) {
      if (!entry.directory && entry.compressionMethod === DEFLATE64) {
        entries.set(entry.offset, entry)
      }
    }
    Object.assign(directory, { archive, entries })
  }
  return directory.entries
}
