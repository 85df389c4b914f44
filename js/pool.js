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

/**
 * @import {
 *   Entry, Form, Found, Origin, Outcome, PackedPart, Reply, ReportPiece, Request,
 *   Segment, Source, Terms,
 * } from './shared/protocol.js'
 *
 * @typedef {object} EngineState
 * @property {number} number  from 1
 * @property {'starting' | 'idle' | 'working'} doing
 * @property {number} replaced  how often another one has taken its place
 */

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

/** @satisfies {Reply} */
const LOST = {
  type: /** @type {const} */ ('unreadable'),
  code: 'source-lost',
  offset: 0,
}

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
  #failures = 0
  /** How many engines have been started, by their number. @type {number[]} */
  #started = []
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
   * Tell which original IDs of sources became which new ones, under the same terms.
   *
   * @param {Iterable<Source>} sources
   * @param {Terms} terms
   * @returns {AsyncGenerator<Outcome>}
   */
  identify(sources, terms) {
    return this.#each(sources, terms, (origin) => ({ type: 'identify', ...origin }))
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
  async survey({ file, packed }, terms) {
    const request = { type: /** @type {const} */ ('survey'), file, packed }
    return (await this.#attempt(request, terms, this.#run)).reply
  }

  /**
   * Look at what would become of a source, and why.
   *
   * @param {Source} source
   * @param {Terms} terms
   * @returns {Promise<Reply>}
   */
  async inspect({ file, packed }, terms) {
    if (!file) {
      return LOST
    }
    const request = { type: /** @type {const} */ ('inspect'), file, packed }
    return (await this.#attempt(request, terms, this.#run)).reply
  }

  /**
   * Write a report; one engine does it from its first piece to its last.
   *
   * @param {Iterable<ReportPiece>} pieces
   * @returns {Promise<string[]>}
   */
  async report(pieces) {
    const engine = await this.#take()
    const parts = []
    for (const piece of engine ? pieces : []) {
      const reply = await /** @type {Engine} */ (engine).work(piece, null)
      if (reply.type !== 'report') {
        break
      }
      parts.push(reply.text)
      if (piece.last) {
        this.#give(/** @type {Engine} */ (engine))
        return parts
      }
    }
    throw new Error('no report')
  }

  /**
   * See whether settings can be followed, before any source is opened.
   *
   * @param {Terms} terms
   */
  async check(terms) {
    return (await this.#attempt(null, terms, this.#run)).reply
  }

  /**
   * Tell which setting cannot be followed, without a run.
   *
   * @param {string} settings  JSON
   */
  async vet(settings) {
    const request = { type: /** @type {const} */ ('vet'), settings, reviewed: '' }
    const { reply } = await this.#attempt(request, null, this.#run)
    return reply.type === 'vetted' ? reply.refusal : null
  }

  /** List the attributes there are. */
  async attributes() {
    const { reply } = await this.#attempt({ type: 'attributes' }, null, this.#run)
    return reply.type === 'attributes' ? reply.list : []
  }

  /** Make a synthetic study. @returns {Promise<Found[]>} */
  async sample() {
    const { reply } = await this.#attempt({ type: 'sample' }, null, this.#run)
    const files = reply.type === 'sample' ? reply.files : []
    return files.map(([path, data]) => ({ path, file: new File([data], path) }))
  }

  /**
   * Derive a key from a passphrase; this takes seconds, on purpose.
   *
   * @param {string} passphrase
   */
  async derive(passphrase) {
    return (await this.#attempt({ type: 'derive', passphrase }, null, this.#run)).reply
  }

  /**
   * Pack an instance in parts, by all engines; none of them remembers anything, so one
   * that dies costs a part.
   *
   * @param {Blob} file
   * @param {Segment[]} segments
   * @param {number} level  of deflate; 0 only sums up
   * @returns {AsyncGenerator<PackedPart>}  part after part
   */
  async *pack(file, segments, level) {
    const run = this.#run
    const all = parts(segments, PART)
    for await (const { reply } of inOrder(all, this.#size, (part) =>
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
    const asked = this.#attempt({ type: 'directory', entries }, null, this.#run)
    const { reply } = await asked
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
  async selfTest(settings) {
    const key = crypto.getRandomValues(new Uint8Array(32))
    const request = { type: /** @type {const} */ ('self-test'), settings, key }
    const { reply } = await this.#attempt(request, null, this.#run)
    return reply
  }

  /**
   * Tell what a certificate says besides files and numbers.
   *
   * @param {string} settings  JSON
   */
  async certificateHead(settings) {
    const request = { type: /** @type {const} */ ('certificate-head'), settings }
    const { reply } = await this.#attempt(request, null, this.#run)
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
    this.#started = []
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
      const done = file
        ? await this.#attempt(request({ file, packed }), terms, run)
        : { reply: { ...LOST, code: code ?? LOST.code }, ms: 0 }
      return { source, ...done }
    })
  }

  /**
   * @param {Request | null} request
   * @param {Terms | null} terms
   * @param {object} run
   * @returns {Promise<{ reply: Reply, ms: number }>}
   */
  async #attempt(request, terms, run) {
    for (let again = RETRIES; ; again--) {
      const engine = await this.#take()
      const asked = performance.now()
      const reply = engine ? await engine.work(request, terms) : NO_ENGINE
      const ms = performance.now() - asked
      if (engine) {
        this.#give(engine)
      }
      const died = reply.type === 'failed' && reply.fatal
      if (!died || !again || run !== this.#run) {
        return { reply, ms }
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
