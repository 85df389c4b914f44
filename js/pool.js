/**
 * A fixed number of engines that share one stream of sources.
 *
 * An engine is asked one thing at a time. One that dies is replaced, and its source
 * given to another once; a request to a dead engine has an answer like any other.
 */

import { concurrently } from './concurrent.js'
import { token } from './token.js'

/** @import { Entry, Form, Found, Origin, Outcome, Reply, Request, Source, Terms } from './shared/protocol.js' */

/** Results that may wait for the sink, for each engine. */
const AHEAD = 2

/** Bytes of memory that an engine needs, about. */
const ENGINE_BYTES = 2 ** 27

const MOST_ENGINES = 8

/** Engines that may fail to boot before the pool gives up. */
const PATIENCE = 3

/** Times that a source is given to another engine when one died of it. */
const RETRIES = 1

/** @type {Reply} */
const DIED = { type: 'failed', error: 'EngineDied', where: 'engine', fatal: true }

/** @type {Reply} */
const CONFIGURED = { type: 'configured' }

/** @satisfies {Reply} */
const LOST = {
  type: /** @type {const} */ ('unreadable'),
  code: 'source-lost',
  offset: 0,
}

/** @type {Reply} */
const NO_ENGINE = { type: 'failed', error: 'NoEngine', where: 'pool' }

/**
 * Choose how many engines suit this device: one more than it has cores, as engines
 * also wait for the disk, as far as an eighth of its memory goes.
 */
export function suitableSize() {
  const memory = /** @type {any} */ (navigator).deviceMemory ?? 4
  const fitting = Math.floor((memory * 2 ** 30) / 8 / ENGINE_BYTES)
  const wanted = (navigator.hardwareConcurrency || 2) + 1
  return Math.max(1, Math.min(wanted, fitting, MOST_ENGINES))
}

export class Pool extends EventTarget {
  #url
  #size
  #failures = 0
  /** @type {Set<Engine>} */
  #engines = new Set()
  /** @type {Engine[]} */
  #idle = []
  /** @type {((engine: Engine | undefined) => void)[]} */
  #waiting = []
  #run = {}

  /**
   * @param {URL} url  of the engine's script
   * @param {number} size
   */
  constructor(url, size) {
    super()
    this.#url = url
    this.#size = size
    this.#fill()
  }

  /** How many engines there are to be, how many are, and how they booted. */
  get state() {
    const booted = [...this.#engines].filter((engine) => engine.from)
    return {
      size: this.#size,
      ready: booted.length,
      from: booted[0]?.from,
      failed: this.#failures >= PATIENCE,
    }
  }

  /**
   * De-identify sources; outcomes come as they are finished.
   *
   * @param {AsyncIterable<Source> | Iterable<Source>} sources
   * @param {Form} form
   * @param {Terms} terms
   * @returns {AsyncGenerator<Outcome>}
   */
  deidentify(sources, form, terms) {
    return this.#each(sources, terms, (origin) => ({
      type: 'deidentify',
      ...origin,
      as: form,
    }))
  }

  /**
   * Tell where instances belong, of which only the beginnings are read.
   *
   * @param {AsyncIterable<Source> | Iterable<Source>} sources
   * @param {Terms} terms
   * @returns {AsyncGenerator<Outcome>}
   */
  glances(sources, terms) {
    return this.#each(sources, terms, (origin) => ({ type: 'glance', ...origin }))
  }

  /**
   * Read what a DICOMDIR says of studies and series.
   *
   * @param {Origin} origin
   * @param {Terms} terms
   */
  survey({ file, packed }, terms) {
    return this.#attempt({ type: 'survey', file, packed }, terms, this.#run)
  }

  /**
   * See whether settings can be followed, before any source is opened.
   *
   * @param {Terms} terms
   */
  check(terms) {
    return this.#attempt(null, terms, this.#run)
  }

  /**
   * Tell which setting cannot be followed, without a run.
   *
   * @param {string} settings  JSON
   */
  async vet(settings) {
    const request = { type: /** @type {const} */ ('vet'), settings, reviewed: '' }
    const reply = await this.#attempt(request, null, this.#run)
    return reply.type === 'vetted' ? reply.refusal : null
  }

  /** List the attributes there are. */
  async attributes() {
    const reply = await this.#attempt({ type: 'attributes' }, null, this.#run)
    return reply.type === 'attributes' ? reply.list : []
  }

  /** Make a synthetic study. @returns {Promise<Found[]>} */
  async sample() {
    const reply = await this.#attempt({ type: 'sample' }, null, this.#run)
    const files = reply.type === 'sample' ? reply.files : []
    return files.map(([path, data]) => ({ path, file: new File([data], path) }))
  }

  /**
   * Derive a key from a passphrase; this takes seconds, on purpose.
   *
   * @param {string} passphrase
   */
  derive(passphrase) {
    return this.#attempt({ type: 'derive', passphrase }, null, this.#run)
  }

  /**
   * Make the DICOMDIR for what has been written.
   *
   * @param {Entry[]} entries
   */
  async directory(entries) {
    const reply = await this.#attempt({ type: 'directory', entries }, null, this.#run)
    if (reply.type !== 'directory') {
      throw new Error('no directory')
    }
    return reply.data
  }

  /**
   * Send canaries through an engine under settings.
   *
   * @param {string} settings  JSON
   */
  selfTest(settings) {
    const key = crypto.getRandomValues(new Uint8Array(32))
    return this.#attempt({ type: 'self-test', settings, key }, null, this.#run)
  }

  /**
   * Tell what a certificate says besides files and numbers.
   *
   * @param {string} settings  JSON
   */
  async certificateHead(settings) {
    const request = { type: /** @type {const} */ ('certificate-head'), settings }
    const reply = await this.#attempt(request, null, this.#run)
    if (reply.type !== 'certificate-head') {
      throw new Error('no certificate')
    }
    return reply.head
  }

  /**
   * Sum sources up.
   *
   * @param {AsyncIterable<Source> | Iterable<Source>} sources
   * @returns {AsyncGenerator<Outcome>}
   */
  digests(sources) {
    return this.#each(sources, null, (origin) => ({ type: 'digest', ...origin }))
  }

  /**
   * Sum bytes up, of which few are in memory at a time.
   *
   * @param {Blob} blob
   */
  async digest(blob) {
    const file = new File([blob], '')
    const reply = await this.#attempt({ type: 'digest', file }, null, this.#run)
    if (reply.type !== 'digested') {
      throw new Error('no digest')
    }
    return reply.sha256
  }

  /** Drop all work at once and begin with new engines. */
  restart() {
    this.#run = {}
    const engines = [...this.#engines]
    this.#engines.clear()
    this.#idle = []
    for (const engine of engines) {
      engine.stop()
    }
    this.#release()
    this.#failures = 0
    this.#fill()
  }

  /**
   * @param {AsyncIterable<Source> | Iterable<Source>} sources
   * @param {Terms | null} terms
   * @param {(origin: Origin) => Request} request
   * @returns {AsyncGenerator<Outcome>}
   */
  #each(sources, terms, request) {
    const run = this.#run
    return concurrently(sources, this.#size * AHEAD, async (source) => {
      const { file, packed, code } = source
      const reply = file
        ? await this.#attempt(request({ file, packed }), terms, run)
        : { ...LOST, code: code ?? LOST.code }
      return { source, reply }
    })
  }

  /**
   * @param {Request | null} request
   * @param {Terms | null} terms
   * @param {object} run
   * @returns {Promise<Reply>}
   */
  async #attempt(request, terms, run) {
    for (let again = RETRIES; ; again--) {
      const engine = await this.#take()
      const reply = engine ? await engine.work(request, terms) : NO_ENGINE
      if (engine) {
        this.#give(engine)
      }
      const died = reply.type === 'failed' && reply.fatal
      if (!died || !again || run !== this.#run) {
        return reply
      }
    }
  }

  /** @returns {Promise<Engine | undefined>} */
  #take() {
    const engine = this.#idle.pop()
    return engine || !this.#engines.size
      ? Promise.resolve(engine)
      : new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** @param {Engine} engine */
  #give(engine) {
    if (!this.#engines.has(engine)) {
      return
    }
    const next = this.#waiting.shift()
    if (next) {
      next(engine)
    } else {
      this.#idle.push(engine)
    }
  }

  #fill() {
    while (this.#engines.size < this.#size && this.#failures < PATIENCE) {
      this.#boot()
    }
    if (!this.#engines.size) {
      this.#release()
    }
    this.#changed()
  }

  async #boot() {
    const engine = new Engine(this.#url, () => this.#lose(engine))
    this.#engines.add(engine)
    await engine.boot()
    if (engine.from) {
      this.#give(engine)
      this.#changed()
    }
  }

  /** @param {Engine} engine */
  #lose(engine) {
    if (this.#engines.delete(engine)) {
      this.#idle = this.#idle.filter((other) => other !== engine)
      this.#failures += engine.from ? 0 : 1
      this.#fill()
    }
  }

  /** Tell all who wait that no engine will come. */
  #release() {
    for (const next of this.#waiting.splice(0)) {
      next(undefined)
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'))
  }
}

class Engine {
  #worker
  /** @type {((reply: Reply) => void) | undefined} */
  #answer
  /** @type {Terms | undefined} */
  #terms
  alive = true
  /** @type {'snapshot' | 'wheels' | undefined} */
  from

  #onstop

  /**
   * @param {URL} url
   * @param {() => void} onstop
   */
  constructor(url, onstop) {
    this.#onstop = onstop
    this.#worker = new Worker(url, { type: 'module' })
    this.#worker.onmessage = ({ data }) => this.#settle(data)
    this.#worker.onmessageerror = () => this.stop()
    this.#worker.onerror = (event) => {
      event.preventDefault()
      this.stop()
    }
  }

  async boot() {
    const lock = `cordon-engine/${token()}`
    const reply = await this.#ask({ type: 'boot', lock })
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
  #ask(request) {
    return new Promise((resolve) => {
      if (this.alive) {
        this.#answer = resolve
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
    answer?.(reply)
    if (reply.type === 'failed' && reply.fatal) {
      this.stop()
    }
  }
}
