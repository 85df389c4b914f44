/** What is in the browser's own storage, how much fits, and how to clear it. */

import { folder, heldRuns, ifFree, JOURNAL, RESULT, remove } from './opfs.js'

/**
 * @typedef {object} Staged  a result in the browser's storage, finished or not
 * @property {string} id
 * @property {number} size  bytes
 * @property {boolean} held  by an open page
 * @property {boolean} unfinished  its run can be resumed, if no page holds it
 */

/** @returns {Promise<Staged[]>} */
export async function staged() {
  const held = await heldRuns()
  /** @type {Map<string, Staged>} */
  const runs = new Map()
  for await (const [name, handle] of (await folder())?.entries() ?? []) {
    const id = name.slice(0, name.lastIndexOf('.'))
    const run = runs.get(id) ?? {
      id,
      size: 0,
      held: held.has(id),
      unfinished: false,
    }
    run.unfinished ||= name.endsWith(JOURNAL)
    run.size += await sizeOf(/** @type {FileSystemFileHandle} */ (handle))
    runs.set(id, run)
  }
  return [...runs.values()]
}

/** @param {FileSystemFileHandle} handle */
async function sizeOf(handle) {
  try {
    return (await handle.getFile()).size
  } catch {
    return 0
  }
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
    await ifFree(id, () => remove(id, JOURNAL, RESULT))
  }
}

/** Remove finished results that no open page holds: nobody can have them any more. */
export async function clearFinished() {
  for (const { id, unfinished } of await staged()) {
    if (!unfinished) {
      await ifFree(id, () => remove(id, RESULT))
    }
  }
}
