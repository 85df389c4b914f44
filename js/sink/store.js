/** The worker that writes a run's files in the browser's storage, asked in turn. */

import { FOLDER } from './opfs.js'

/** @import { StorageReply, StorageRequest } from '../shared/storage.js' */

const SCRIPT = new URL('../../workers/storage.js', import.meta.url)

/** Waits for the next run, which then needs no server. @type {Worker | undefined} */
let spare

export function warmStore() {
  spare ??= started()
  const waiting = spare
  waiting.onerror = (event) => {
    event.preventDefault()
    spare = spare === waiting ? undefined : spare
  }
}

function started() {
  return new Worker(SCRIPT, { type: 'module' })
}

export class Store {
  #worker
  /** @type {Promise<unknown>} */
  #last = Promise.resolve()
  #closed = false
  /** What has come back, to be used again. @type {ArrayBuffer | undefined} */
  #spare

  constructor() {
    this.#worker = spare ?? started()
    spare = undefined
  }

  /**
   * @param {string} id
   * @param {boolean} staged  whether the run's result is kept beside its journal
   */
  static async open(id, staged) {
    const store = new Store()
    try {
      await store.#ask({ type: 'open', folder: FOLDER, id, staged })
      return store
    } catch (error) {
      store.#end()
      throw error
    }
  }

  /**
   * Write a part of the result, and lines of the journal.
   *
   * @param {number} at
   * @param {Uint8Array<ArrayBuffer> | null} data  copied
   * @param {string} lines
   */
  write(at, data, lines) {
    const copy = data && this.#copied(data)
    const owned = copy ? [copy.buffer] : []
    return this.#ask({ type: 'write', at, data: copy, lines }, owned)
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} data
   * @returns {Uint8Array<ArrayBuffer>}
   */
  #copied(data) {
    const spare = this.#spare
    if (!spare || spare.byteLength < data.length) {
      return data.slice()
    }
    this.#spare = undefined
    const copy = new Uint8Array(spare, 0, data.length)
    copy.set(data)
    return copy
  }

  /** @param {number} size */
  truncate(size) {
    return this.#ask({ type: 'truncate', size })
  }

  /** May be asked for again, also after the worker has died. */
  async close() {
    await this.#last
    if (!this.#closed) {
      await this.#ask({ type: 'close' }).then(
        () => this.#giveBack(),
        () => this.#end(),
      )
    }
  }

  #giveBack() {
    if (spare) {
      this.#end()
    } else {
      this.#closed = true
      spare = this.#worker
      warmStore()
    }
  }

  #end() {
    this.#closed = true
    this.#worker.terminate()
  }

  /**
   * @param {StorageRequest} request
   * @param {Transferable[]} [owned]
   * @returns {Promise<void>}
   */
  #ask(request, owned = []) {
    const asked = this.#last.then(
      () =>
        new Promise((resolve, reject) => {
          const fail = (/** @type {string} */ error) =>
            reject(new DOMException('', error))
          this.#worker.onmessage = ({ data }) => {
            const reply = /** @type {StorageReply} */ (data)
            this.#spare = reply.buffer ?? this.#spare
            reply.type === 'done' ? resolve(undefined) : fail(reply.error)
          }
          this.#worker.onerror = (event) => {
            event.preventDefault()
            this.#end()
            fail('AbortError')
          }
          if (this.#closed) {
            fail('InvalidStateError')
          } else {
            this.#worker.postMessage(request, owned)
          }
        }),
    )
    this.#last = asked.catch(() => {})
    return asked
  }
}
