/**
 * What a run's result goes to: a ZIP archive in a picked file, a picked folder, the
 * browser's storage until it is downloaded, or memory where a browser has no other.
 */

import { folderSink, hasOtherResults, pickedFolder } from './folder.js'
import { begin } from './journal.js'
import { fits, makeRoom, persist } from './storage.js'
import { memory, pickedFile } from './target.js'
import { continuedZipSink, zipSink } from './zip.js'

/**
 * @import { Pack, Sink } from '../shared/protocol.js'
 * @import { Journal, Plan } from './journal.js'
 * @import { ZipSettings } from './members.js'
 * @import { Target } from './target.js'
 *
 * @typedef {'zip' | 'folder' | 'storage' | 'download'} Output
 *
 * @typedef {object} Place  what the user has chosen
 * @property {Output} output
 * @property {string} name  of the picked file or folder, for the screen
 * @property {Target} [target]
 * @property {FileSystemDirectoryHandle} [folder]
 *
 * @typedef {object} Wishes
 * @property {Pack} pack
 * @property {ZipSettings} zip
 * @property {number} bytes  of all sources
 * @property {Omit<Plan, 'mode'>} plan
 * @property {Journal} [journal]  of the run that is to be continued
 * @property {AbortSignal} signal
 * @property {(bytes: number) => void} progress  over what lies there already
 */

/** Bytes that deflating leaves of one, at best. */
const SHARE = 0.25

/** Why a result cannot go where it is to go: a code. */
export class PlaceError extends Error {}

/**
 * Ask the user for a place, if there is something to ask. Must be called while
 * handling a click; rejects if the user dismisses it.
 *
 * @param {Output} output
 * @param {string} name  to suggest
 * @returns {Promise<Place>}
 */
export async function ask(output, name) {
  if (output === 'zip') {
    const target = await pickedFile(name)
    return { output, name: target.name, target }
  }
  if (output === 'folder') {
    const folder = await pickedFolder()
    return { output, name: folder.name, folder }
  }
  return { output, name: '' }
}

/**
 * Open the sink.
 *
 * @param {Place} place
 * @param {Wishes} wishes
 * @returns {Promise<{ sink: Sink, journal: Journal | undefined }>}
 */
export async function open(place, wishes) {
  if (wishes.journal && wishes.journal.head.mode !== place.output) {
    throw new PlaceError('other-output')
  }
  switch (place.output) {
    case 'folder':
      return openFolder(/** @type {any} */ (place.folder), wishes)
    case 'storage':
      return openStorage(wishes)
    default: {
      const target = place.target ?? memory()
      return { sink: zipSink(target, wishes.pack, wishes.zip), journal: undefined }
    }
  }
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {Wishes} wishes
 */
async function openFolder(folder, { pack, plan, journal: continued }) {
  if (await hasOtherResults(folder, continued?.finished)) {
    throw new PlaceError('folder-has-results')
  }
  const journal = continued ?? (await journalFor({ ...plan, mode: 'folder' }))
  return { sink: folderSink(folder, pack, journal), journal }
}

/**
 * Keep a journal where that can be done; a folder is written without one all the same.
 *
 * @param {Plan} plan
 */
async function journalFor(plan) {
  return begin(plan).catch(() => undefined)
}

/** @param {Wishes} wishes */
async function openStorage(wishes) {
  const { pack, zip, bytes, plan, journal: continued } = wishes
  if (continued) {
    const target = continued.target()
    const sink = await continuedZipSink(target, pack, zip, continued, wishes)
    return { sink, journal: continued }
  }
  // some browsers ask the user, who need not hurry
  persist().catch(() => {})
  await makeRoom()
  const stored = zip.codec === 'store' || (zip.codec === 'software' && !zip.level)
  const share = stored ? 1 : SHARE
  if (!(await fits(bytes * share))) {
    throw new PlaceError('storage-full')
  }
  const journal = await begin({ ...plan, mode: 'storage' })
  return { sink: zipSink(journal.target(), pack, zip, journal), journal }
}
