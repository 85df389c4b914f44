/**
 * A result beside its certificate: what agrees, and what is changed, missing or extra.
 * Files are listed here and summed up by engines, wherever they lie; nothing is opened
 * because a certificate names it, and what has another size is not read at all.
 */

import { FORMAT } from '../certificate.js'
import { lookedInto, sizeOf } from '../source/archive.js'

/**
 * @import { Certificate, SealedFile } from '../certificate.js'
 * @import { Found, Outcome, Source } from '../shared/protocol.js'
 *
 * @typedef {'same' | 'changed' | 'missing' | 'extra'} Fate
 *
 * @typedef {object} Compared
 * @property {string} name  of a file of the certificate, or as it was found
 * @property {Fate} fate
 *
 * @typedef {(sources: Iterable<Source>) => AsyncIterable<Outcome>} Digests
 */

const DIGEST = /^[0-9a-f]{64}$/

/**
 * Read a certificate. Throws if it is none.
 *
 * @param {string} text
 * @returns {Certificate}
 */
export function readCertificate(text) {
  const value = JSON.parse(text)
  /** @type {SealedFile[]} */
  const files = value.files
  const whole = files.every(
    ({ name, sha256, size }) =>
      typeof name === 'string' && DIGEST.test(sha256) && Number.isSafeInteger(size),
  )
  const names = new Set(files.map(({ name }) => name))
  if (value.format !== FORMAT || !whole || names.size !== files.length) {
    throw new SyntaxError('no certificate')
  }
  return value
}

/**
 * List what a result holds, as a certificate would name it.
 *
 * @param {File[]} files  a folder, an archive or single files
 * @returns {Promise<{ found: Found[], named: boolean }>}  single files may have been
 *   given any name, so they are not `named`
 */
export async function contentsOf(files) {
  const given = files.map((file) => ({ path: file.webkitRelativePath, file }))
  if (given.every(({ path }) => path)) {
    return { found: given.map(withoutRoot), named: true }
  }
  const [file] = files
  if (files.length === 1) {
    const found = await Array.fromAsync(lookedInto([{ path: file.name, file }]))
    if (found[0]?.packed || !found.length) {
      return { found: found.map(withoutRoot), named: true }
    }
  }
  return { found: files.map((one) => ({ path: one.name, file: one })), named: false }
}

/**
 * Compare what was found with a certificate.
 *
 * @param {Certificate} certificate
 * @param {{ found: Found[], named: boolean }} contents
 * @param {Digests} digests
 * @returns {AsyncGenerator<Compared>}
 */
export async function* compare({ files }, { found, named }, digests) {
  /** @type {Map<string, SealedFile[]>} */
  const left = new Map()
  for (const file of files) {
    const key = named ? file.name : contentOf(file)
    left.set(key, [...(left.get(key) ?? []), file])
  }
  const sizes = new Set(files.map(({ size }) => size))
  /** @type {Source[]} */
  const asked = []
  /** @type {Map<Source, SealedFile>} */
  const expected = new Map()
  for (const [index, one] of found.entries()) {
    const source = { ...one, number: index + 1 }
    const file = named && left.get(one.path)?.shift()
    const fits = file ? file.size === sizeOf(one) : sizes.has(sizeOf(one))
    if (file) {
      expected.set(source, file)
    }
    if (fits && (file || !named)) {
      asked.push(source)
    } else {
      yield { name: one.path, fate: file ? 'changed' : 'extra' }
    }
  }
  for await (const { source, reply } of digests(asked)) {
    if (reply.type === 'failed') {
      throw new Error('no digest')
    }
    const sha256 = reply.type === 'digested' ? reply.sha256 : ''
    const file = expected.get(source)
    const same = file ?? left.get(contentOf({ sha256, size: sizeOf(source) }))?.shift()
    yield {
      name: same?.name ?? source.path,
      fate: file
        ? file.sha256 === sha256
          ? 'same'
          : 'changed'
        : same
          ? 'same'
          : 'extra',
    }
  }
  // of single files nobody has said that they are all
  for (const { name } of named ? [...left.values()].flat() : []) {
    yield { name, fate: 'missing' }
  }
}

/** @param {{ sha256: string, size: number }} file */
function contentOf({ sha256, size }) {
  return `${size} ${sha256}`
}

/**
 * @template {Found} T
 * @param {T} found
 * @returns {T}
 */
function withoutRoot(found) {
  return { ...found, path: found.path.slice(found.path.indexOf('/') + 1) }
}
