/**
 * The lines of a journal: the first one says how the run is done, every other one is an
 * instance that is finished. A line holds no path and no value.
 */

import { folder, JOURNAL } from './opfs.js'

/**
 * @import { Deidentified, Method, Row } from '../shared/protocol.js'
 *
 * @typedef {'folder' | 'storage'} Mode
 *
 * @typedef {object} Head  the first line
 * @property {number} began
 * @property {Mode} mode
 * @property {string} settings
 * @property {string} [key]
 * @property {string} check
 * @property {string} salt
 * @property {Record<string, unknown>} options
 *
 * @typedef {object} Placed  a member of a staged archive
 * @property {number} at
 * @property {number} packed  bytes
 * @property {Method} method
 * @property {number} crc32
 * @property {boolean} streamed  its sizes stand after it
 *
 * @typedef {object} Finished  every other line
 * @property {string} mark
 * @property {string} name
 * @property {string} entry
 * @property {Row} row
 * @property {number} size
 * @property {string} [sha256]  if the run is sealed
 * @property {Placed} [placed]
 * @property {boolean} [found]  it was in the folder before the run
 */

const CHECKED = new TextEncoder().encode('cordon journal')

/**
 * The line of an instance that is in its place.
 *
 * @param {string} mark
 * @param {Deidentified} instance
 * @param {string} name
 * @param {number} size
 * @param {Pick<Finished, 'placed' | 'found'>} how
 */
export function finished(mark, { entry, row, sha256 }, name, size, how) {
  const sum = sha256 ? { sha256 } : {}
  return line({ mark, name, entry, row, size, ...sum, ...how })
}

/** @param {Head | Finished} record */
export function line(record) {
  return `${JSON.stringify(record)}\n`
}

/**
 * Read a journal; a line that was cut short by a crash says nothing.
 *
 * @param {string} id
 * @returns {AsyncGenerator<any>}
 */
export async function* lines(id) {
  const files = /** @type {FileSystemDirectoryHandle} */ (await folder())
  const file = await (await files.getFileHandle(id + JOURNAL)).getFile()
  let rest = ''
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const whole = (rest + read.value).split('\n')
    rest = /** @type {string} */ (whole.pop())
    yield* whole.map(parsed).filter(Boolean)
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @param {Uint8Array} key */
export async function check(key) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey(
    'raw',
    new Uint8Array(key),
    algorithm,
    false,
    ['sign'],
  )
  return encoded(new Uint8Array(await crypto.subtle.sign('HMAC', imported, CHECKED)))
}

/** @param {Uint8Array} bytes */
export function encoded(bytes) {
  return btoa(String.fromCharCode(...bytes))
}

/** @param {string} text */
export function decoded(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
