/**
 * Where a result's bytes go: a file the user picked, a file in the browser's own
 * storage, or memory where a browser has neither.
 */

/**
 * @typedef {object} Target
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<void>} write
 * @property {() => Promise<Blob | null>} close  gives the result to be downloaded, if
 *   it is not yet where the user wants it
 * @property {() => Promise<void>} abort
 */

import { token } from '../token.js'

const FOLDER = 'cordon-results'

/**
 * Let the user pick a file. Must be called while handling a click.
 *
 * @param {string} name  to suggest
 * @returns {Promise<Target & { name: string }>}
 */
export async function pickedFile(name) {
  const picker = /** @type {any} */ (globalThis).showSaveFilePicker
  const handle = await picker({
    suggestedName: name,
    types: [{ description: 'ZIP archive', accept: { 'application/zip': ['.zip'] } }],
  })
  const writable = await handle.createWritable()
  return {
    name: handle.name,
    write: (bytes) => writable.write(bytes),
    close: async () => {
      await writable.close()
      return null
    },
    abort: async () => {
      await writable.abort()
      // picking it made it, empty
      await handle.remove?.()
    },
  }
}

/**
 * Keep the result in the browser until it is downloaded.
 *
 * @returns {Promise<Target>}
 */
export async function kept() {
  try {
    return await storedFile()
  } catch {
    return memory()
  }
}

/** @returns {Promise<Target>} */
async function storedFile() {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle(FOLDER, { create: true })
  letGo()
  await clear(folder)
  const name = token()
  await hold(`${FOLDER}/${name}`)
  const handle = await folder.getFileHandle(name, { create: true })
  const writable = await handle.createWritable()
  return {
    write: (bytes) => writable.write(bytes),
    close: async () => {
      await writable.close()
      return handle.getFile()
    },
    abort: async () => {
      await writable.abort()
      await folder.removeEntry(name)
    },
  }
}

/**
 * Keep the result in memory until it is downloaded.
 *
 * @returns {Target}
 */
export function memory() {
  /** @type {Blob[]} */
  let parts = []
  return {
    write: async (bytes) => {
      parts.push(new Blob([bytes]))
    },
    close: async () => new Blob(parts, { type: 'application/zip' }),
    abort: async () => {
      parts = []
    },
  }
}

/** Give up the result that this page holds, if any. */
let letGo = () => {}

/**
 * Hold a lock for as long as this page keeps a result, so that others leave it.
 *
 * @param {string} lock
 */
function hold(lock) {
  return new Promise((held) => {
    navigator.locks.request(lock, () => {
      held(undefined)
      return new Promise((release) => {
        letGo = () => release(undefined)
      })
    })
  })
}

/**
 * Remove results that no open page holds.
 *
 * @param {FileSystemDirectoryHandle} folder
 */
async function clear(folder) {
  for await (const name of folder.keys()) {
    const options = { ifAvailable: true }
    await navigator.locks.request(`${FOLDER}/${name}`, options, async (free) => {
      if (free) {
        await folder.removeEntry(name)
      }
    })
  }
}
