/**
 * The folder of the browser's own storage in which results and journals are kept, two
 * files a run, and the locks that tell which runs are held by an open page.
 */

export const FOLDER = 'cordon-results'

export const RESULT = '.zip'
export const JOURNAL = '.journal'

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

/** Let go of all runs that this page holds. */
export function letGo() {
  for (const release of mine.values()) {
    release()
  }
  mine.clear()
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
 * Remove files of a run.
 *
 * @param {string} id
 * @param {string[]} kinds
 */
export async function remove(id, ...kinds) {
  const files = await folder()
  for (const kind of kinds) {
    await files?.removeEntry(id + kind).catch(() => {})
  }
}

/** @param {string} id */
function lock(id) {
  return `${FOLDER}/${id}`
}
