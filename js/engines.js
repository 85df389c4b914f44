/**
 * A fixed number of engines. Each is lent to one who asks at a time; who comes too late
 * waits in line. One that dies is replaced, and what it was asked another is asked.
 */

import { Engine } from './engine.js'

/**
 * @import { Reply, Request, Terms } from './shared/protocol.js'
 *
 * @typedef {object} EngineState
 * @property {number} number  from 1
 * @property {'starting' | 'idle' | 'working'} doing
 * @property {number} replaced  how often another one has taken its place
 *
 * @typedef {{ reply: Reply, ms: number }} Answered  with milliseconds of an engine's work
 */

/** Engines that may fail to boot before nothing more is tried. */
const PATIENCE = 3

/** Times that another engine is asked the same; the first may be dying as well. */
const RETRIES = 2

/** @type {Reply} */
const NO_ENGINE = { type: 'failed', error: 'NoEngine', where: 'pool' }

/**
 * `change` events tell that engines came or went; `engine` events each message to or
 * from one, as `detail: { engine, message }`.
 */
export class Engines extends EventTarget {
  #url
  #size
  #failures = 0
  /** How many engines have been started, by their number. @type {number[]} */
  #started = []
  /** @type {Set<Engine>} */
  #engines = new Set()
  /** @type {Engine[]} */
  #idle = []
  /** @type {((engine: Engine | undefined) => void)[]} */
  #waiting = []
  /** What is asked for now; another one after a restart. */
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

  /** What each engine is doing. @returns {EngineState[]} */
  get engines() {
    return [...this.#engines]
      .map(({ number, doing }) => ({
        ...{ number, doing },
        replaced: this.#started[number] - 1,
      }))
      .sort((one, other) => one.number - other.number)
  }

  /**
   * Ask an engine, and another one if it dies. Never rejects.
   *
   * @param {Request | null} request  null only to agree on the terms
   * @param {Terms | null} terms
   * @returns {Promise<Answered>}
   */
  async attempt(request, terms) {
    const run = this.#run
    for (let again = RETRIES; ; again--) {
      const answered = await this.lend(async (engine) => {
        const asked = performance.now()
        const reply = engine ? await engine.work(request, terms) : NO_ENGINE
        return { reply, ms: performance.now() - asked }
      })
      const { reply } = answered
      const died = reply.type === 'failed' && reply.fatal
      if (!died || !again || run !== this.#run) {
        return answered
      }
    }
  }

  /**
   * Lend an engine for as long as a job takes.
   *
   * @template T
   * @param {(engine: Engine | undefined) => Promise<T>} job  gets none if none can be had
   */
  async lend(job) {
    const engine = await this.#take()
    try {
      return await job(engine)
    } finally {
      if (engine) {
        this.#give(engine)
      }
    }
  }

  /**
   * Have another number of engines from now on. What they are doing would be lost, so
   * this is for engines that are idle.
   *
   * @param {number} size
   */
  resize(size) {
    if (size === this.#size) {
      return
    }
    this.#size = size
    for (const engine of [...this.#engines].slice(size)) {
      this.#drop(engine)
      engine.stop()
    }
    this.#fill()
  }

  /** Drop all work at once. An engine that cannot end its own soon is replaced. */
  restart() {
    this.#run = {}
    for (const engine of this.#engines) {
      engine.drop(() => {
        this.#drop(engine)
        engine.stop()
        this.#fill()
      })
    }
    this.#release()
    this.#failures = 0
    this.#fill()
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
    const taken = new Set([...this.#engines].map((one) => one.number))
    let number = 1
    while (taken.has(number)) {
      number++
    }
    this.#started[number] = (this.#started[number] ?? 0) + 1
    const engine = new Engine(
      this.#url,
      number,
      () => this.#lose(engine),
      (message) => this.#tell(engine, message),
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
    if (this.#drop(engine)) {
      this.#failures += engine.from ? 0 : 1
      this.#fill()
    }
  }

  /** @param {Engine} engine  @returns {boolean}  whether it was there */
  #drop(engine) {
    this.#idle = this.#idle.filter((other) => other !== engine)
    return this.#engines.delete(engine)
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
   * @param {Request | Reply} message
   */
  #tell(engine, message) {
    // of one that is dropped, nothing matters any more
    if (this.#engines.has(engine)) {
      const detail = { engine: engine.number, message }
      this.dispatchEvent(new CustomEvent('engine', { detail }))
    }
  }
}
