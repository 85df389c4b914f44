/**
 * What a run has finished, line after line in the browser's storage, so that another
 * page can continue it after a crash. A source is known by a salted sum alone: neither
 * its path nor a value is kept. A key that nothing else gives again is kept until the
 * run has ended; of others only what tells them from wrong ones.
 */

import { token } from '../token.js'
import {
  folder,
  heldRuns,
  hold,
  ifFree,
  JOURNAL,
  letGo,
  remove,
  result,
} from './opfs.js'
import { check, decoded, encoded, line, lines } from './records.js'
import { Store } from './store.js'

/**
 * @import { Memory } from '../pipeline.js'
 * @import { Source } from '../shared/protocol.js'
 * @import { Finished, Head, Mode } from './records.js'
 * @import { Target } from './target.js'
 *
 * @typedef {object} Plan  what a run is done by
 * @property {Mode} mode
 * @property {string} settings  JSON
 * @property {Uint8Array} key
 * @property {boolean} random  nothing but the journal gives the key again
 * @property {Record<string, unknown>} options  whatever else the page must know
 *
 * @typedef {object} Unfinished
 * @property {string} id
 * @property {number} began  milliseconds since 1970
 * @property {Mode} mode
 * @property {number} finished  instances
 * @property {number} bytes  of them
 * @property {boolean} keyed  it has its key; else the passphrase is needed again
 */

/**
 * Begin the journal of a run.
 *
 * @param {Plan} plan
 * @returns {Promise<Journal>}
 */
export async function begin({ mode, settings, key, random, options }) {
  /** @type {Head} */
  const head = {
    began: Date.now(),
    mode,
    settings,
    ...(random && { key: encoded(key) }),
    check: await check(key),
    salt: encoded(crypto.getRandomValues(new Uint8Array(16))),
    options,
  }
  const id = token()
  return holding(id, async () => {
    const store = await Store.open(id, mode === 'storage')
    await store.write(0, null, line(head))
    return new Journal(id, store, head, [])
  })
}

/**
 * Hold a run from now on, unless it cannot be opened.
 *
 * @param {string} id
 * @param {() => Promise<Journal>} opened
 */
async function holding(id, opened) {
  if (!(await hold(id))) {
    throw new DOMException('', 'InvalidStateError')
  }
  try {
    return await opened()
  } catch (error) {
    letGo(id)
    throw error
  }
}

/**
 * List the runs that ended with their page.
 *
 * @returns {Promise<Unfinished[]>}
 */
export async function openJournals() {
  const held = await heldRuns()
  const found = []
  for await (const name of (await folder())?.keys() ?? []) {
    const id = name.slice(0, -JOURNAL.length)
    if (name.endsWith(JOURNAL) && !held.has(id)) {
      const run = await glance(id)
      if (run?.finished) {
        found.push(run)
      } else {
        await discard(id)
      }
    }
  }
  return found
}

/**
 * @param {string} id
 * @returns {Promise<Unfinished | null>}
 */
async function glance(id) {
  /** @type {Head | undefined} */
  let head
  let finished = 0
  let bytes = 0
  for await (const one of lines(id)) {
    if (head) {
      finished++
      bytes += one.size
    } else {
      head = /** @type {Head} */ (one)
    }
  }
  if (!head) {
    return null
  }
  const { began, mode, key } = head
  return { id, began, mode, finished, bytes, keyed: Boolean(key) }
}

/**
 * Continue a run: it is this page's from now on.
 *
 * @param {string} id
 * @returns {Promise<Journal>}
 */
export async function resume(id) {
  return holding(id, async () => {
    const [head, ...finished] = await Array.fromAsync(lines(id))
    const store = await Store.open(id, head.mode === 'storage')
    // its last line may have been cut short
    await store.write(0, null, '\n')
    return new Journal(id, store, head, finished)
  })
}

/** @param {string} id  of a run, which is left alone if a page has begun to hold it */
export async function discard(id) {
  await ifFree(id, () => remove(id))
}

export class Journal {
  #id
  #store
  #salt
  /** @type {Map<string, Finished>} */
  #found

  /**
   * @param {string} id
   * @param {Store} store
   * @param {Head} head
   * @param {Finished[]} finished  by an earlier page
   */
  constructor(id, store, head, finished) {
    this.#id = id
    this.#store = store
    this.#salt = head.salt
    this.#found = new Map(finished.map((one) => [one.mark, one]))
    this.finished = [...this.#found.values()]
    this.head = head
    this.key = head.key ? decoded(head.key) : null
  }

  /**
   * Tell whether a key gives the IDs that this run has begun with.
   *
   * @param {Uint8Array} key
   */
  async agrees(key) {
    return (await check(key)) === this.head.check
  }

  /**
   * What a source is known by.
   *
   * @param {Source} source
   */
  async mark({ path, file, packed }) {
    // an archive may have several members of one name
    const member = packed ? [packed.offset] : []
    const told = [this.#salt, path, file?.size, file?.lastModified, ...member]
    const bytes = new TextEncoder().encode(JSON.stringify(told))
    return encoded(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
  }

  /**
   * What the pipeline asks of earlier pages of the run.
   *
   * @param {(one: Finished) => Promise<boolean>} [isThere]  whether it still is
   * @returns {Memory}
   */
  memory(isThere = async () => true) {
    const left = new Map(this.#found)
    return {
      mark: (source) => this.mark(source),
      find: async (mark) => {
        const one = left.get(mark)
        left.delete(mark)
        return one && (await isThere(one)) ? one : undefined
      },
      async *rest() {
        for (const one of left.values()) {
          if (await isThere(one)) {
            yield one
          }
        }
      },
    }
  }

  /** @param {string} mark  of what turns out not to be there any more */
  forget(mark) {
    this.#found.delete(mark)
  }

  /**
   * Note that an instance is in its place.
   *
   * @param {string} text  made by `finished`
   */
  note(text) {
    return this.#store.write(0, null, text)
  }

  /**
   * The target of a staged archive.
   *
   * @returns {Target}
   */
  target() {
    const store = this.#store
    let at = 0
    return {
      write: (bytes, lines) => {
        const begin = at
        at += bytes.length
        return store.write(begin, bytes, lines)
      },
      patch: (place, bytes) => store.write(place, bytes, ''),
      truncate: (size) => {
        at = size
        return store.truncate(size)
      },
      close: async () => {
        await this.#store.close()
        const file = await result(this.#id)
        if (file.size !== at) {
          // a browser that ran out of room without a word
          throw new DOMException('', 'QuotaExceededError')
        }
        await remove(this.#id, JOURNAL)
        return file
      },
      abort: () => this.drop(),
    }
  }

  /** End the run; its result stays for as long as this page holds it. */
  async end() {
    await this.#store.close()
    await remove(this.#id, JOURNAL)
  }

  /** Give the run up, with all that is staged of it. */
  async drop() {
    await this.#store.close()
    await remove(this.#id)
    letGo(this.#id)
  }

  /** Leave the run as it is, for another time. */
  async leave() {
    await this.#store.close()
    letGo(this.#id)
  }
}
