/**
 * An engine as the page sees it: a worker that is asked one thing at a time. A request
 * to a dead one has an answer like any other.
 */

import { token } from './token.js'

/** @import { Reply, Request, Terms } from './shared/protocol.js' */

/** The channel by which engines of this page, and of no other, tell what they fetch. */
export const REQUESTS = `cordon-requests/${token()}`

/** @type {Reply} */
const DIED = { type: 'failed', error: 'EngineDied', where: 'engine', fatal: true }

/** Milliseconds in which what was given up may end. */
const PEACE = 2000

/** @type {Reply} */
const CONFIGURED = { type: 'configured' }

export class Engine {
  #worker
  /** @type {((reply: Reply) => void) | undefined} */
  #answer
  /** @type {Terms | undefined} */
  #terms
  /** What is done although nobody waits for it. @type {Promise<unknown> | undefined} */
  #dropped
  alive = true
  /** @type {'snapshot' | 'wheels' | undefined} */
  from

  #onstop
  #tell

  /**
   * @param {URL} url
   * @param {number} number  in the pool, from 1
   * @param {() => void} onstop
   * @param {(message: Request | Reply) => void} tell  of each message
   */
  constructor(url, number, onstop, tell) {
    this.number = number
    this.#onstop = onstop
    this.#tell = tell
    this.#worker = new Worker(url, { type: 'module' })
    this.#worker.onmessage = ({ data }) => this.#settle(data)
    this.#worker.onmessageerror = () => this.stop()
    this.#worker.onerror = (event) => {
      event.preventDefault()
      this.stop()
    }
  }

  /** @returns {'starting' | 'idle' | 'working'} */
  get doing() {
    return !this.from ? 'starting' : this.#answer ? 'working' : 'idle'
  }

  async boot() {
    const lock = `cordon-engine/${token()}`
    const reply = await this.#ask({ type: 'boot', lock, requests: REQUESTS })
    if (reply.type === 'booted') {
      this.from = reply.from
      // the worker holds this lock for life: to be given it is to learn of its death
      navigator.locks?.request(lock, () => this.stop())
    } else {
      this.stop()
    }
  }

  /**
   * Ask for something, under the terms of a run if there are any, or only agree on
   * terms. Never rejects.
   *
   * @param {Request | null} request
   * @param {Terms | null} terms
   */
  async work(request, terms) {
    if (terms && this.#terms !== terms) {
      const reply = await this.#ask({ type: 'configure', ...terms })
      if (reply.type !== 'configured') {
        return reply
      }
      this.#terms = terms
    }
    return request ? this.#ask(request) : CONFIGURED
  }

  /**
   * Give up what it is doing, which it may end in peace.
   *
   * @param {() => void} late  called if it does not
   */
  drop(late) {
    const answer = this.#answer
    if (!answer || !this.from) {
      return
    }
    const timer = setTimeout(late, PEACE)
    this.#dropped = new Promise((ended) => {
      this.#answer = () => {
        clearTimeout(timer)
        ended(undefined)
      }
    })
    // what it has agreed on is not known
    this.#terms = undefined
    answer(DIED)
  }

  stop() {
    if (this.alive) {
      this.alive = false
      this.#worker.terminate()
      this.#settle(DIED)
      this.#onstop()
    }
  }

  /**
   * @param {Request} request
   * @returns {Promise<Reply>}
   */
  async #ask(request) {
    await this.#dropped
    return new Promise((resolve) => {
      if (this.alive) {
        this.#answer = resolve
        this.#tell(request)
        this.#worker.postMessage(request)
      } else {
        resolve(DIED)
      }
    })
  }

  /** @param {Reply} reply */
  #settle(reply) {
    const answer = this.#answer
    this.#answer = undefined
    this.#tell(reply)
    answer?.(reply)
    if (reply.type === 'failed' && reply.fatal) {
      this.stop()
    }
  }
}
