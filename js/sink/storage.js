/** What is in the browser's own storage, how much fits, and how to clear it. */

import { FOLDER } from './target.js'

/**
 * @typedef {object} Staged  a result in the browser's storage, finished or not
 * @property {string} id
 * @property {number} size  bytes
 * @property {boolean} held  by an open page
 * @property {boolean} unfinished  its run can be resumed, if no page holds it
 */

/** @returns {Promise<Staged[]>} */
export async function staged() {
  const { held = [] } = await navigator.locks.query()
  const taken = new Set(held.map(({ name }) => name))
  const found = []
  for await (const [id, handle] of (await folder())?.entries() ?? []) {
    const { size } = await /** @type {FileSystemFileHandle} */ (handle).getFile()
    found.push({ id, size, held: taken.has(`${FOLDER}/${id}`), unfinished: false })
  }
  return found
}

/** @returns {Promise<{ quota: number, usage: number }>}  in bytes, about */
export async function quota() {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate()
  return { quota, usage }
}

/** Remove everything that no open page holds. */
export async function clear() {
  const results = await folder()
  for await (const id of results?.keys() ?? []) {
    const options = { ifAvailable: true }
    await navigator.locks.request(`${FOLDER}/${id}`, options, async (free) => {
      if (free) {
        await results?.removeEntry(id)
      }
    })
  }
}

/** @returns {Promise<FileSystemDirectoryHandle | null>}  null where there is none */
async function folder() {
  try {
    const root = await navigator.storage.getDirectory()
    return await root.getDirectoryHandle(FOLDER, { create: true })
  } catch {
    return null
  }
}
