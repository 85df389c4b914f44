/**
 * A fixed number of engines that share one stream of sources.
 *
 * An engine is asked one thing at a time. One that dies is replaced, and its source
 * given to another; a request to a dead engine has an answer like any other.
 */

import { concurrently, inOrder } from './concurrent.js'
import { Engine } from './engine.js'
import { parts } from './shared/segments.js'
import { Unplaced } from './shared/unplaced.js'

/** @import { Entry, Form, Outcome, Packed, Reply, Request, Segment, Source, Terms } from './shared/protocol.js' */

/** Results that may wait for the sink, for each engine. */
const AHEAD = 2

/** Bytes of a result that an engine packs at once, if it cannot hold the whole. */
const PART = 2 ** 22

/** Bytes of memory that an engine needs, about. */
const ENGINE_BYTES = 2 ** 27

const MOST_ENGINES = 8

/** Engines that may fail to boot before the pool gives up. */
const PATIENCE = 3

/** Times that a source is given to another engine; the first may be dying as well. */
const RETRIES = 2

/** @type {Reply} */
const LOST = { type: 'unreadable', code: 'source-lost', offset: 0 }

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
   * Pack an instance in parts, by all engines; none of them remembers anything, so one
   * that dies costs a part.
   *
   * @param {Blob} file
   * @param {Segment[]} segments
   * @param {number} level  of deflate; 0 only sums up
   * @returns {AsyncGenerator<Packed>}  part after part
   */
  async *pack(file, segments, level) {
    const run = this.#run
    const all = parts(segments, PART)
    for await (const reply of inOrder(all, this.#size, (part) =>
      this.#attempt({ type: 'pack', file, level, ...part }, null, run),
    )) {
      if (reply.type !== 'packed') {
        throw new Unplaced(reply)
      }
      yield reply
    }
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
