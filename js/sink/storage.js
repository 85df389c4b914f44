/** What is in the browser's own storage, how much fits, and how to clear it. */

import {
  folder,
  GIVEN,
  heldHere,
  heldRuns,
  hold,
  ifFree,
  JOURNAL,
  letGo,
  noteGiven,
  RESULT,
  remove,
  result,
} from './opfs.js'

/**
 * @typedef {object} Staged  a result in the browser's storage, finished or not
 * @property {string} id
 * @property {number} size  bytes
 * @property {boolean} held  by an open page
 * @property {boolean} unfinished  its run can be resumed, if no page holds it
 * @property {boolean} waiting  it is whole, and the user was never given it
 */

/** What the last bytes of an archive without a comment begin with, and how many. */
const END = 'PK\x05\x06'
const END_SIZE = 22

/** @returns {Promise<Staged[]>} */
export async function staged() {
  const held = await heldRuns()
  /** @type {Map<string, { size: number, kinds: Set<string>, whole: boolean }>} */
  const runs = new Map()
  for await (const [name, handle] of (await folder())?.entries() ?? []) {
    const dot = name.lastIndexOf('.')
    const [id, kind] = [name.slice(0, dot), name.slice(dot)]
    const run = runs.get(id) ?? { size: 0, kinds: new Set(), whole: false }
    const file = await fileOf(/** @type {FileSystemFileHandle} */ (handle))
    run.kinds.add(kind)
    run.size += file.size
    run.whole ||= kind === RESULT && (await isWhole(file))
    runs.set(id, run)
  }
  return [...runs].map(([id, { size, kinds, whole }]) => ({
    ...{ id, size, held: held.has(id), unfinished: kinds.has(JOURNAL) },
    waiting: whole && !kinds.has(JOURNAL) && !kinds.has(GIVEN),
  }))
}

/** @param {FileSystemFileHandle} handle  @returns {Promise<Blob>} */
async function fileOf(handle) {
  return handle.getFile().catch(() => new Blob())
}

/** @param {Blob} file */
async function isWhole(file) {
  const end = await file
    .slice(-END_SIZE)
    .text()
    .catch(() => '')
  return end.startsWith(END)
}

/** @returns {Promise<{ quota: number, usage: number }>}  in bytes, about */
export async function quota() {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate()
  return { quota, usage }
}

/**
 * Tell whether so many more bytes fit, as far as the browser says.
 *
 * @param {number} bytes
 */
export async function fits(bytes) {
  const { quota: all, usage } = await quota()
  return bytes <= all - usage
}

/** Ask that the browser not clear the storage by itself. */
export async function persist() {
  return (await navigator.storage.persist?.()) ?? false
}

/** Remove everything, unfinished runs too, that no open page holds. */
export async function clear() {
  for (const { id } of await staged()) {
    await ifFree(id, () => remove(id))
  }
}

/** Remove what no open page holds and nobody waits for. */
export async function tidy() {
  for (const { id, unfinished, waiting } of await staged()) {
    if (!unfinished && !waiting) {
      await ifFree(id, () => remove(id))
    }
  }
}

/** What this page held when room was made last. @type {string[]} */
let before = []

/** Make room for a result. The browser may still be reading the last one. */
export async function makeRoom() {
  for (const id of before) {
    await remove(id)
    letGo(id)
  }
  before = heldHere()
  await tidy()
}

/**
 * Take a result that a dead page has left, to be given to the user.
 *
 * @param {string} id
 * @returns {Promise<File | null>}  null if another page has it
 */
export async function take(id) {
  if (!(await hold(id))) {
    return null
  }
  await noteGiven(id)
  return result(id)
}

/** Note that the user has been given what this page holds. */
export async function given() {
  await Promise.all(heldHere().map(noteGiven))
}
