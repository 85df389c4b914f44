/** The worker that writes a run's files in the browser's storage, asked in turn. */

import { FOLDER } from './opfs.js'

/** @import { StorageReply, StorageRequest } from '../shared/storage.js' */

const SCRIPT = new URL('../../workers/storage.js', import.meta.url)

export class Store {
  #worker = new Worker(SCRIPT, { type: 'module' })
  /** @type {Promise<unknown>} */
  #last = Promise.resolve()
  #closed = false

  /**
   * @param {string} id
   * @param {boolean} staged  whether the run's result is kept beside its journal
   */
  static async open(id, staged) {
    const store = new Store()
    await store.#ask({ type: 'open', folder: FOLDER, id, staged })
    return store
  }

  /**
   * Write a part of the result, and lines of the journal.
   *
   * @param {number} at
   * @param {Uint8Array<ArrayBuffer> | null} data  handed over
   * @param {string} lines
   */
  write(at, data, lines) {
    const owned = data ? [data.buffer] : []
    return this.#ask({ type: 'write', at, data, lines }, owned)
  }

  /** @param {number} size */
  truncate(size) {
    return this.#ask({ type: 'truncate', size })
  }

  async close() {
    await this.#ask({ type: 'close' })
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
            reply.type === 'done' ? resolve(undefined) : fail(reply.error)
          }
          this.#worker.onerror = (event) => {
            event.preventDefault()
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
