/**
 * A folder the user picked, with the tree of the command and no archive. An instance
 * is in its place only when it is whole: the browser writes beside it until then. What
 * is there already is never overwritten.
 */

import { release } from '../shared/release.js'
import { sizeOf } from '../shared/segments.js'
import { Unplaced } from '../shared/unplaced.js'
import { Names } from './names.js'
import { pieces } from './pieces.js'
import { finished } from './records.js'
import { summed } from './sums.js'

/**
 * @import { Deidentified, Job, Pack, Sink } from '../shared/protocol.js'
 * @import { Journal } from './journal.js'
 */

const DIRECTORY = 'DICOMDIR'

/** Instances that are written at the same time. */
const WIDTH = 4

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
 * Tell whether a folder has the results of a whole run.
 *
 * @param {FileSystemDirectoryHandle} root
 */
export async function hasResults(root) {
  return Boolean(await fileIn(root, DIRECTORY))
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

  /**
   * @param {FileSystemDirectoryHandle} root
   * @param {Pack} pack
   * @param {Journal | undefined} journal
   */
  constructor(root, pack, journal) {
    this.#root = root
    this.#pack = pack
    this.#journal = journal
    for (const { name } of journal?.finished ?? []) {
      this.#names.take(name)
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
    const placing = this.#place(name, file, segments, job)
    this.#writing.set(
      name,
      placing.catch(() => {}),
    )
    try {
      await placing
    } catch (error) {
      this.#names.giveUp(name)
      throw error
    } finally {
      this.#writing.delete(name)
    }
    const line = finished(job.mark, instance, name, sizeOf(segments))
    // without its line an instance would be written again, which is no reason to end
    await this.#journal?.note(line).catch(() => {})
    return name
  }

  /**
   * @param {string} name
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  attach(name, bytes) {
    return this.#write(name, [bytes])
  }

  /** @param {Uint8Array<ArrayBuffer>} [directory] */
  async close(directory) {
    if (directory) {
      await this.#write(DIRECTORY, [directory])
    }
    await this.#journal?.end()
    return null
  }

  /** What is in its place stays there. */
  async abort() {
    await Promise.all(this.#writing.values())
    await this.#journal?.drop()
  }

  /**
   * @param {string} name
   * @param {File} file
   * @param {import('../shared/protocol.js').Segment[]} segments
   * @param {Job} job
   */
  async #place(name, file, segments, job) {
    const there = await this.#find(name)
    if (!there) {
      await this.#write(name, pieces(file, segments, job))
    } else if (!(await this.#same(there, file, segments))) {
      throw new Unplaced({ type: 'rejected', reason: 'file-exists', notes: [] })
    }
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
    const handle = await folder.getFileHandle(base, { create: true })
    /** @type {FileSystemWritableFileStream | undefined} */
    let writable
    try {
      writable = await handle.createWritable()
      for await (const piece of data) {
        await writable.write(piece)
        release(piece)
      }
      await writable.close()
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
      ? this.#locate(path).then(([parent, base]) =>
          parent.getDirectoryHandle(base, { create: true }),
        )
      : Promise.resolve(this.#root)
    this.#folders.set(path, made)
    return made
  }
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
  } catch {
    return null
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
