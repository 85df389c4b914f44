/**
 * A folder the user picked, with the tree of the command and no archive. An instance
 * is in its place only when it is whole: the browser writes beside it until then. What
 * is there already is never overwritten, nor taken away.
 */

import { concurrently } from '../concurrent.js'
import { release } from '../shared/release.js'
import { sizeOf } from '../shared/segments.js'
import { Unplaced } from '../shared/unplaced.js'
import { DIRECTORY, Names } from './names.js'
import { pieces } from './pieces.js'
import { finished } from './records.js'
import { summed } from './sums.js'

/**
 * @import { Deidentified, Job, Pack, Sink } from '../shared/protocol.js'
 * @import { Journal } from './journal.js'
 */

/** Instances that are written at the same time. */
const WIDTH = 4

/** What Chromium adds to the name of a file while it is written. */
const UNFINISHED = '.crswap'

/** Instances of which one is met in the folder that a run is continued in. */
const ENOUGH = 1000

/**
 * Let the user pick a folder. Must be called while handling a click.
 *
 * @returns {Promise<FileSystemDirectoryHandle>}
 */
export function pickedFolder() {
  const picker = /** @type {any} */ (globalThis).showDirectoryPicker
  return picker({ id: 'cordon-results', mode: 'readwrite' })
}

/**
 * Tell whether a folder has the results of a whole run, and of another one than that
 * which has finished these instances.
 *
 * @param {FileSystemDirectoryHandle} root
 * @param {{ name: string, size: number }[]} [finished]
 */
export async function hasOtherResults(root, finished = []) {
  if (!(await fileIn(root, DIRECTORY))) {
    return false
  }
  for (const one of finished.slice(0, ENOUGH)) {
    if (await isThere(root, one)) {
      return false
    }
  }
  return true
}

/**
 * @param {FileSystemDirectoryHandle} root
 * @param {{ name: string, size: number }} one
 */
async function isThere(root, { name, size }) {
  const steps = name.split('/')
  const base = /** @type {string} */ (steps.pop())
  try {
    let folder = root
    for (const step of steps) {
      folder = await folder.getDirectoryHandle(step)
    }
    return (await fileIn(folder, base))?.size === size
  } catch {
    return false
  }
}

/**
 * @param {FileSystemDirectoryHandle} root
 * @param {Pack} pack
 * @param {Journal} [journal]
 * @returns {Sink}
 */
export function folderSink(root, pack, journal) {
  return new FolderSink(root, pack, journal)
}

class FolderSink {
  form = /** @type {const} */ ('segments')
  width = WIDTH
  #root
  #pack
  #journal
  /** @type {Map<string, Promise<FileSystemDirectoryHandle>>} */
  #folders = new Map()
  /** @type {Map<string, Promise<unknown>>} */
  #writing = new Map()
  #names = new Names((name) => this.#identify(name))
  /** Files that the run has written, with their sizes. @type {Map<string, number>} */
  #written = new Map()
  /** Folders that the run has made. @type {Set<string>} */
  #made = new Set()
  /** Whether another page could continue. */
  #noted
  /** Whether an earlier page may have left files that it was writing. */
  #continued
  #over = false

  /**
   * @param {FileSystemDirectoryHandle} root
   * @param {Pack} pack
   * @param {Journal | undefined} journal
   */
  constructor(root, pack, journal) {
    this.#root = root
    this.#pack = pack
    this.#journal = journal
    const earlier = journal?.finished ?? []
    this.#noted = this.#continued = earlier.length > 0
    for (const { name, size, found } of earlier) {
      this.#names.take(name)
      if (!found) {
        this.#written.set(name, size)
        for (const path of above(name)) {
          this.#made.add(path)
        }
      }
    }
  }

  /**
   * Tell whether what an earlier page finished is still there.
   *
   * @param {{ name: string, size: number }} one
   */
  async has({ name, size }) {
    const there = (await this.#find(name))?.size === size
    if (!there) {
      this.#names.giveUp(name)
    }
    return there
  }

  /**
   * @param {File} file
   * @param {Deidentified} instance
   * @param {Job} job
   */
  async add(file, instance, job) {
    const segments = instance.segments ?? []
    const identity = () => summed(this.#pack, file, segments)
    const name = await this.#names.settle(instance.name, identity)
    if (name === null) {
      return null
    }
    try {
      await this.#busy(name, async () => {
        const found = await this.#place(name, file, segments, job)
        const size = sizeOf(segments)
        await this.#note(finished(job.mark, instance, name, size, { found }))
      })
    } catch (error) {
      this.#names.giveUp(name)
      throw error
    }
    return name
  }

  /** @param {string} line  on what is finished, for who continues the run */
  async #note(line) {
    try {
      await this.#journal?.note(line)
      this.#noted = true
    } catch {
      // without its line an instance would be written again, which is no reason to end
    }
  }

  /**
   * @param {string} name
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async attach(name, bytes) {
    let free = name
    for (let number = 2; await this.#find(free); number++) {
      free = name.replace(/(\.\w+)?$/, `-${number}$1`)
    }
    await this.#busy(free, () => this.#write(free, [bytes]))
    return free
  }

  /** @param {Uint8Array<ArrayBuffer>} [directory] */
  async close(directory) {
    if (directory) {
      await this.#busy(DIRECTORY, () => this.#write(DIRECTORY, [directory]))
    }
    await this.#journal?.end()
    return null
  }

  async leave() {
    await this.#end()
    if (!this.#journal || !this.#noted) {
      return false
    }
    await this.#journal.leave()
    return true
  }

  async abort() {
    await this.#end()
    const names = this.#written.keys()
    for await (const _ of concurrently(names, WIDTH, (name) => this.#remove(name))) {
      // all that counts is that each has been tried
    }
    for (const path of [...this.#made].sort((a, b) => b.length - a.length)) {
      const [parent, base] = await this.#locate(path)
      // it may hold what others have put there
      await parent.removeEntry(base).catch(() => {})
    }
    await this.#journal?.drop()
  }

  /** Begin nothing more, and wait for what has begun. */
  async #end() {
    this.#over = true
    await Promise.all(this.#writing.values())
  }

  /**
   * Do something with a file that others wait for.
   *
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} job
   */
  async #busy(name, job) {
    if (this.#over) {
      throw new DOMException('', 'AbortError')
    }
    const doing = job()
    this.#writing.set(
      name,
      doing.catch(() => {}),
    )
    try {
      return await doing
    } finally {
      this.#writing.delete(name)
    }
  }

  /** @param {string} name  of a file that the run has written */
  async #remove(name) {
    const [folder, base] = await this.#locate(name)
    if ((await fileIn(folder, base))?.size === this.#written.get(name)) {
      await folder.removeEntry(base).catch(() => {})
    }
  }

  /**
   * @param {string} name
   * @param {File} file
   * @param {import('../shared/protocol.js').Segment[]} segments
   * @param {Job} job
   * @returns {Promise<boolean>}  whether it was there before
   */
  async #place(name, file, segments, job) {
    const there = await this.#find(name)
    if (!there) {
      await this.#write(name, pieces(file, segments, job))
    } else if (!(await this.#same(there, file, segments))) {
      throw new Unplaced({ type: 'rejected', reason: 'file-exists', notes: [] })
    }
    return Boolean(there)
  }

  /**
   * @param {File} there
   * @param {File} file
   * @param {import('../shared/protocol.js').Segment[]} segments
   */
  async #same(there, file, segments) {
    if (there.size !== sizeOf(segments)) {
      return false
    }
    const [old, new_] = await Promise.all([
      this.#sum(there),
      summed(this.#pack, file, segments),
    ])
    return old.crc32 === new_.crc32
  }

  /**
   * @param {string} name
   * @param {AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>} data
   *   which is let go of
   */
  async #write(name, data) {
    const [folder, base] = await this.#locate(name)
    if (this.#continued) {
      await folder.removeEntry(base + UNFINISHED).catch(() => {})
    }
    const handle = await folder.getFileHandle(base, { create: true })
    /** @type {FileSystemWritableFileStream | undefined} */
    let writable
    let size = 0
    try {
      writable = await handle.createWritable()
      for await (const piece of data) {
        size += piece.length
        await writable.write(piece)
        release(piece)
      }
      await writable.close()
      this.#written.set(name, size)
    } catch (error) {
      await writable?.abort().catch(() => {})
      await removeEmpty(folder, base)
      throw error
    }
  }

  /** @param {string} name  of what is there, or is being written */
  async #identify(name) {
    await this.#writing.get(name)
    return this.#sum((await this.#find(name)) ?? new Blob())
  }

  /** @param {Blob} file */
  #sum(file) {
    return summed(this.#pack, file, [{ start: 0, stop: file.size }])
  }

  /** @param {string} name */
  async #find(name) {
    const [folder, base] = await this.#locate(name)
    return fileIn(folder, base)
  }

  /**
   * @param {string} name
   * @returns {Promise<[FileSystemDirectoryHandle, string]>}
   */
  async #locate(name) {
    const slash = name.lastIndexOf('/')
    return [
      await this.#folder(name.slice(0, Math.max(slash, 0))),
      name.slice(slash + 1),
    ]
  }

  /**
   * @param {string} path
   * @returns {Promise<FileSystemDirectoryHandle>}
   */
  #folder(path) {
    const known = this.#folders.get(path)
    if (known) {
      return known
    }
    const made = path
      ? this.#locate(path).then(([parent, base]) => this.#enter(path, parent, base))
      : Promise.resolve(this.#root)
    this.#folders.set(path, made)
    return made
  }

  /**
   * @param {string} path
   * @param {FileSystemDirectoryHandle} parent
   * @param {string} base
   */
  async #enter(path, parent, base) {
    try {
      return await parent.getDirectoryHandle(base)
    } catch {
      const made = await parent.getDirectoryHandle(base, { create: true })
      this.#made.add(path)
      return made
    }
  }
}

/** @param {string} name  @returns {string[]} the folders that it is in */
function above(name) {
  const steps = name.split('/').slice(0, -1)
  return steps.map((_, at) => steps.slice(0, at + 1).join('/'))
}

/**
 * Find a file; an empty one is the place kept for one that was never finished.
 *
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} base
 */
async function fileIn(folder, base) {
  try {
    const file = await (await folder.getFileHandle(base)).getFile()
    return file.size ? file : null
  } catch (error) {
    // what is there and cannot be read must not be written over
    if (error instanceof Error && error.name === 'NotFoundError') {
      return null
    }
    throw error
  }
}

/**
 * Remove the place that was kept for a file.
 *
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} base
 */
async function removeEmpty(folder, base) {
  if (!(await fileIn(folder, base))) {
    await folder.removeEntry(base).catch(() => {})
  }
}
