/**
 * A fixed number of engines that share one stream of sources.
 *
 * An engine is asked one thing at a time. One that dies is replaced, and its source
 * given to another once; a request to a dead engine has an answer like any other.
 */

import { concurrently } from './concurrent.js'
import { Engine } from './engine.js'

/** @import { Entry, Form, Outcome, Reply, Request, Source, Terms } from './shared/protocol.js' */

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
const LOST = { type: 'unreadable', code: 'source-lost', offset: 0 }

/** @type {Reply} */
const NO_ENGINE = { type: 'failed', error: 'NoEngine', where: 'pool' }

/** Gigabytes of memory that a device is taken to have if its browser does not tell. */
const USUAL_MEMORY = 4

/**
 * How many engines suit this device, and why.
 *
 * @typedef {object} Suited
 * @property {number} size
 * @property {number} cores
 * @property {number} memory  in gigabytes
 * @property {boolean} told  whether the browser has told the memory
 * @property {number} each  bytes of memory that an engine needs, about
 */

/**
 * Choose how many engines suit this device: one more than it has cores, as engines
 * also wait for the disk, as far as an eighth of its memory goes.
 *
 * @returns {Suited}
 */
export function suited() {
  const { deviceMemory } = /** @type {any} */ (navigator)
  const memory = deviceMemory ?? USUAL_MEMORY
  const cores = navigator.hardwareConcurrency || 2
  const fitting = Math.floor((memory * 2 ** 30) / 8 / ENGINE_BYTES)
  const size = Math.max(1, Math.min(cores + 1, fitting, MOST_ENGINES))
  return { size, cores, memory, told: deviceMemory !== undefined, each: ENGINE_BYTES }
}

/**
 * `change` events tell that engines came or went; `engine` events each message to or
 * from one, as `detail: { engine, message }`.
 */
export class Pool extends EventTarget {
  #url
  #size
  #made = 0
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
    const run = this.#run
    return concurrently(sources, this.#size * AHEAD, async (source) => ({
      source,
      reply: source.file
        ? await this.#attempt(
            { type: 'deidentify', file: source.file, as: form },
            terms,
            run,
          )
        : LOST,
    }))
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
   * Have another number of engines from now on. What they are doing would be lost, so
   * this is for a pool that is idle.
   *
   * @param {number} size
   */
  resize(size) {
    if (size === this.#size) {
      return
    }
    this.#size = size
    for (const engine of [...this.#engines].slice(size)) {
      this.#engines.delete(engine)
      this.#idle = this.#idle.filter((other) => other !== engine)
      engine.stop()
    }
    this.#fill()
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
    const number = ++this.#made
    const engine = new Engine(
      this.#url,
      () => this.#lose(engine),
      (message) => this.#tell(engine, number, message),
    )
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

  /**
   * @param {Engine} engine
   * @param {number} number
   * @param {Request | Reply} message
   */
  #tell(engine, number, message) {
    // of one that is dropped, nothing matters any more
    if (this.#engines.has(engine)) {
      const detail = { engine: number, message }
      this.dispatchEvent(new CustomEvent('engine', { detail }))
    }
  }
}
