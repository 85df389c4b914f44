/**
 * Writes what has to survive a crash: a result that is being made, and the journal of
 * its run. Only a worker may write in place; a page's writes come into being at once,
 * when all is written.
 */

/** @import { StorageRequest, StorageResult } from '../js/shared/storage.js' */

/**
 * @typedef {object} Handle
 * @property {(data: Uint8Array<ArrayBuffer>, options: { at: number }) => number} write
 * @property {(size: number) => void} truncate
 * @property {() => number} getSize
 * @property {() => void} flush
 * @property {() => void} close
 */

const encoder = new TextEncoder()

/** @type {Handle | undefined} */
let result
/** @type {Handle} */
let journal

self.onmessage = async ({ data }) => {
  // what was handed over goes back, to be used again
  const owned = data.data ? [data.data.buffer] : []
  const reply = await answer(data).catch(failed)
  self.postMessage({ ...reply, buffer: owned[0] }, owned)
}

/**
 * @param {StorageRequest} request
 * @returns {Promise<StorageResult>}
 */
async function answer(request) {
  switch (request.type) {
    case 'open': {
      const root = await navigator.storage.getDirectory()
      const folder = await root.getDirectoryHandle(request.folder, { create: true })
      if (request.staged) {
        result = await open(folder, `${request.id}.zip`)
      }
      journal = await open(folder, `${request.id}.journal`)
      break
    }
    case 'write':
      if (request.data) {
        write(/** @type {Handle} */ (result), request.data, request.at)
      }
      // a line must never tell of what is not there
      if (request.lines) {
        write(journal, encoder.encode(request.lines), journal.getSize())
      }
      break
    case 'truncate':
      result?.truncate(request.size)
      break
    case 'close':
      result?.close()
      result = undefined
      journal.close()
  }
  return { type: 'done' }
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @returns {Promise<Handle>}
 */
async function open(folder, name) {
  const file = await folder.getFileHandle(name, { create: true })
  return /** @type {any} */ (file).createSyncAccessHandle()
}

/**
 * @param {Handle} handle
 * @param {Uint8Array<ArrayBuffer>} data
 * @param {number} at
 */
function write(handle, data, at) {
  for (let written = 0; written < data.length; ) {
    const count = handle.write(data.subarray(written), { at: at + written })
    if (!count) {
      throw new DOMException('', 'QuotaExceededError')
    }
    written += count
  }
  handle.flush()
}

/**
 * @param {unknown} error
 * @returns {StorageResult}
 */
function failed(error) {
  const known = error instanceof Error || error instanceof DOMException
  return { type: 'failed', error: known ? error.name : 'unknown' }
}
