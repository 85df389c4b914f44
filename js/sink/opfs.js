/**
 * The folder of the browser's own storage in which results and journals are kept, some
 * files a run, and the locks that tell which runs are held by an open page.
 */

export const FOLDER = 'cordon-results'

export const RESULT = '.zip'
export const JOURNAL = '.journal'

/** An empty file beside a result that the user has been given. */
export const GIVEN = '.given'

/** Without its journal a run is not continued, so that goes first. */
const KINDS = [JOURNAL, RESULT, GIVEN]

/** Locks held by this page: how to let each one go. @type {Map<string, () => void>} */
const mine = new Map()

/** @returns {Promise<FileSystemDirectoryHandle | null>}  null where there is none */
export async function folder() {
  try {
    const root = await navigator.storage.getDirectory()
    return await root.getDirectoryHandle(FOLDER, { create: true })
  } catch {
    return null
  }
}

/**
 * Hold a run for as long as this page keeps its result, so that others leave it.
 *
 * @param {string} id
 * @returns {Promise<boolean>}  whether it was to be had
 */
export function hold(id) {
  return new Promise((held, failed) => {
    navigator.locks
      .request(lock(id), { ifAvailable: true }, (free) => {
        held(Boolean(free))
        return (
          free &&
          new Promise((release) => {
            mine.set(id, () => release(undefined))
          })
        )
      })
      .catch(failed)
  })
}

/** @param {string} id  of a run that this page holds no longer */
export function letGo(id) {
  mine.get(id)?.()
  mine.delete(id)
}

/** Runs that this page holds. */
export function heldHere() {
  return [...mine.keys()]
}

/** @returns {Promise<Set<string>>}  runs that an open page holds */
export async function heldRuns() {
  const { held = [] } = await navigator.locks.query()
  return new Set(held.map(({ name }) => name?.replace(`${FOLDER}/`, '') ?? ''))
}

/**
 * Do something with a run that no open page holds.
 *
 * @param {string} id
 * @param {() => Promise<void>} job
 */
export async function ifFree(id, job) {
  await navigator.locks.request(lock(id), { ifAvailable: true }, async (free) => {
    if (free) {
      await job()
    }
  })
}

/**
 * Remove files of a run, all if none are named.
 *
 * @param {string} id
 * @param {string[]} kinds
 */
export async function remove(id, ...kinds) {
  const files = await folder()
  for (const kind of kinds.length ? kinds : KINDS) {
    await files?.removeEntry(id + kind).catch(() => {})
  }
}

/** @param {string} id */
export async function result(id) {
  const files = /** @type {FileSystemDirectoryHandle} */ (await folder())
  return (await files.getFileHandle(id + RESULT)).getFile()
}

/**
 * Note that the user has been given a result, if there is one.
 *
 * @param {string} id
 */
export async function noteGiven(id) {
  const files = await folder()
  const known = await files?.getFileHandle(id + RESULT).catch(() => null)
  if (known) {
    await files?.getFileHandle(id + GIVEN, { create: true }).catch(() => {})
  }
}

/** @param {string} id */
function lock(id) {
  return `${FOLDER}/${id}`
}
