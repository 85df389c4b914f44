/**
 * Files and folders that are dropped on the page. Entries must be taken while the
 * drop is handled; folders are then walked without reading a file.
 */

/** @import { Found } from '../shared/protocol.js' */

/**
 * Take what was dropped. Must be called while handling the drop.
 *
 * @param {DataTransfer} transfer
 * @returns {AsyncGenerator<Found>}
 */
export function dropped(transfer) {
  const entries = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
    .filter((entry) => entry !== null)
  return walk(entries)
}

/**
 * @param {(FileSystemEntry | File)[]} entries
 * @returns {AsyncGenerator<Found>}
 */
async function* walk(entries) {
  for (const entry of entries) {
    if (entry instanceof File) {
      yield { path: entry.name, file: entry }
      continue
    }
    const path = entry.fullPath.replace(/^\//, '')
    const inside = entry.isFile
      ? await fileOf(/** @type {FileSystemFileEntry} */ (entry))
      : await children(/** @type {FileSystemDirectoryEntry} */ (entry))
    if (Array.isArray(inside)) {
      yield* walk(inside)
    } else {
      yield { path, file: inside }
    }
  }
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File | null>}  null if it cannot be opened
 */
function fileOf(entry) {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)))
}

/**
 * List a folder. Browsers give a hundred entries at a time, and at last none.
 *
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<FileSystemEntry[] | null>}  null if it cannot be listed
 */
async function children(folder) {
  const reader = folder.createReader()
  const all = []
  for (;;) {
    /** @type {FileSystemEntry[] | null} */
    const some = await new Promise((resolve) =>
      reader.readEntries(resolve, () => resolve(null)),
    )
    if (!some?.length) {
      return some && all
    }
    all.push(...some)
  }
}
