/**
 * ZIP archives among what was given: their members are found like files in a folder.
 * Only directories are read here; engines read the members where they lie.
 */

import { BlobReader, ZipReader } from '../../vendor/zip.js/zip.js'
import { others } from '../concurrent.js'
import { LENIENT } from '../shared/archives.js'

/**
 * @import { Entry } from '../../vendor/zip.js/zip.js'
 * @import { Found } from '../shared/protocol.js'
 */

const MAGIC = 'PK\x03\x04'

/** Bytes of a local header without name and extra field. */
const LOCAL_HEADER = 30

/** Members that are listed before the page may do something else. */
const AT_ONCE = 1000

/**
 * Put members in the place of archives. A file is one by its name or, if it was given
 * all alone, by its first bytes.
 *
 * @param {AsyncIterable<Found> | Iterable<Found>} given
 * @returns {AsyncGenerator<Found>}
 */
export async function* lookedInto(given) {
  let alone = true
  /** @type {Found | null} */
  let last = null
  for await (const found of given) {
    if (last) {
      alone = false
      yield* isArchive(last) ? membersOf(last) : [last]
    }
    last = found
  }
  if (last) {
    const looksInto = isArchive(last) || (alone && (await beginsArchive(last)))
    yield* looksInto ? membersOf(last) : [last]
  }
}

/**
 * Bytes of what was found, once unpacked.
 *
 * @param {Found} found
 */
export function sizeOf({ file, packed }) {
  return packed?.size ?? file?.size ?? 0
}

/** @param {Found} found */
function isArchive({ path, file }) {
  return file !== null && /\.zip$/i.test(path)
}

/** @param {Found} found */
async function beginsArchive({ file }) {
  try {
    return (await file?.slice(0, MAGIC.length).text()) === MAGIC
  } catch {
    return false
  }
}

/**
 * @param {Found} found
 * @returns {AsyncGenerator<Found>}
 */
async function* membersOf({ path, file }) {
  try {
    const members = await list(/** @type {File} */ (file))
    for (const { name, ...packed } of members) {
      yield { path: `${path}/${name}`, file, packed }
    }
  } catch {
    yield { path, file: null, code: 'archive-malformed' }
  }
}

/**
 * List the files in an archive.
 *
 * @param {File} file
 */
async function list(file) {
  const members = []
  const zip = new ZipReader(new BlobReader(file), LENIENT)
  for await (const entry of zip.getEntriesGenerator()) {
    members.push(told(entry))
    if (members.length % AT_ONCE === 0) {
      await others()
    }
  }
  const shared = overlapping(members)
  return members
    .filter(({ name }) => !name.endsWith('/'))
    .map((member) => ({ ...member, overlaps: shared.has(member.offset) }))
}

/** @param {Entry} entry */
function told(entry) {
  return {
    name: entry.filename,
    offset: entry.offset,
    packed: entry.compressedSize,
    size: entry.uncompressedSize,
    method: entry.compressionMethod,
    crc32: entry.crc32 ?? 0,
    encrypted: entry.encrypted,
  }
}

/**
 * Find the offsets of members whose bytes another one before reaches into.
 *
 * @param {{ offset: number, packed: number }[]} members
 */
function overlapping(members) {
  const shared = new Set()
  let reach = 0
  for (const { offset, packed } of [...members].sort(inPlace)) {
    if (offset < reach) {
      shared.add(offset)
    }
    reach = Math.max(reach, offset + LOCAL_HEADER + packed)
  }
  return shared
}

/**
 * @param {{ offset: number, packed: number }} one
 * @param {{ offset: number, packed: number }} other
 */
function inPlace(one, other) {
  return one.offset - other.offset || one.packed - other.packed
}
