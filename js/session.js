/**
 * What a person does here: give files, run, cancel. A session changes the state and
 * shows nothing.
 */

import { deidentify } from './pipeline.js'
import { Review, written } from './review.js'
import { givingSink } from './sink/giving.js'
import { sealedSink } from './sink/sealed.js'
import { singleSink } from './sink/single.js'
import { canPick, kept, pickedFile } from './sink/target.js'
import { zipSink } from './sink/zip.js'
import { lookedInto, sizeOf } from './source/archive.js'
import { add, emptyTally } from './tally.js'

/**
 * @import { Pool } from './pool.js'
 * @import { Choices as DescriptionChoices } from './review.js'
 * @import { Choices } from './settings/choices.js'
 * @import { Found, Outcome, Sink, Source, Terms } from './shared/protocol.js'
 * @import { Mode, State } from './state.js'
 *
 * @typedef {object} Decided
 * @property {string} under  the key and what else makes new UIDs
 * @property {DescriptionChoices} choices
 *
 * @typedef {object} KeyChoice
 * @property {'random' | 'passphrase' | 'public'} kind
 * @property {string} passphrase
 */

const ZIP_NAME = 'deidentified-study.zip'

/** Files of which all headers are read without being asked to. */
const AT_ONCE = 2000

/** Milliseconds between two looks at what is going on. */
const TICK = 200

/** Why a run cannot begin: a code. */
class Refusal extends Error {}

export class Session {
  #state
  #pool
  #choices
  #abort = new AbortController()
  /** The key of the next run, if it is not made of anything. @type {Uint8Array | null} */
  #drawn = null
  /** What a person has decided on descriptions. @type {Decided | null} */
  #decided = null
  /** What new IDs are to be made of; asked when a run begins. @type {() => KeyChoice} */
  keyChoice = () => ({ kind: 'random', passphrase: '' })

  /**
   * @param {State} state
   * @param {Pool} pool
   * @param {Choices} choices
   */
  constructor(state, pool, choices) {
    this.#state = state
    this.#pool = pool
    this.#choices = choices
  }

  /** Where a study goes in this browser. @returns {'zip' | 'storage'} */
  get output() {
    const chosen = this.#choices.text('output')
    return canPick() && ['auto', 'zip'].includes(chosen) ? 'zip' : 'storage'
  }

  /** @param {Mode} mode */
  choose(mode) {
    if (mode === 'single' && this.#state.sources.length > 1) {
      this.#state.set({ name: 'idle', mode, sources: [], bytes: 0 })
    } else {
      this.#state.set({ mode })
    }
  }

  /**
   * List what the user gave. Nothing is read yet but the directories of archives.
   *
   * @param {AsyncIterable<Found> | Iterable<Found>} given
   */
  async take(given) {
    const state = this.#state
    /** @type {Source[]} */
    const sources = []
    let bytes = 0
    this.#drawn = null
    this.#decided = null
    state.set({ listing: true, sources, bytes, decided: 0 })
    const ticker = setInterval(() => state.set({ bytes }), TICK)
    for await (const source of lookedInto(given)) {
      sources.push({ ...source, number: sources.length + 1 })
      bytes += sizeOf(source)
    }
    clearInterval(ticker)
    state.set({
      name: sources.length ? 'ready' : 'idle',
      mode: sources.length > 1 ? 'study' : state.mode,
      listing: false,
      bytes,
    })
  }

  cancel() {
    this.#abort.abort()
  }

  /** Run. Called while a click is handled, which lets it ask where to save. */
  async process() {
    const opened = await this.#open()
    if (opened) {
      await this.#go(opened.sink, opened.savedAs)
    }
  }

  /**
   * Run for a page around this one, which gets the result.
   *
   * @param {((name: string, instance: Blob) => void) | null} give  takes the instances
   *   one by one; without it the result is kept as one
   */
  async processFor(give) {
    if (give) {
      await this.#go(givingSink(give), '')
    } else {
      const single = this.#state.mode === 'single'
      await this.#go(single ? singleSink() : zipSink(await kept()), '')
    }
  }

  /**
   * @param {Sink} sink
   * @param {string} savedAs
   */
  async #go(sink, savedAs) {
    const state = this.#state
    this.#abort = new AbortController()
    const tally = emptyTally()
    const started = performance.now()
    state.set({ name: 'running', tally, started, stopped: 0, result: null, savedAs })
    state.set({ failure: '', refusal: '', sealed: null })
    const ticker = setInterval(() => state.set({}), TICK)
    /** @type {Partial<State>} */
    let end
    try {
      end = await this.#run(sink)
    } catch (error) {
      end = this.#abort.signal.aborted
        ? { name: 'ready', tally: emptyTally() }
        : { name: 'failed', failure: cause(error) }
    }
    clearInterval(ticker)
    state.set({ ...end, stopped: performance.now() })
  }

  /**
   * @param {Sink} sink
   * @returns {Promise<Partial<State>>}
   */
  async #run(sink) {
    const { sources, tally, mode } = this.#state
    let file = ZIP_NAME
    /** @type {(outcome: Outcome, name: string | null) => void} */
    const report = (outcome, name) => {
      add(tally, outcome, name)
      if (mode === 'single' && name) {
        file = `${name.split('/').pop()}.dcm`
      }
    }
    const agreed = await this.terms().catch(async (refusal) => {
      await sink.abort().catch(() => {})
      throw refusal
    })
    const seal = agreed.digest
      ? sealedSink(sink, (bytes) => this.#pool.digest(bytes))
      : null
    const blob = await deidentify({
      ...{ sources, pool: this.#pool, sink: seal ?? sink, terms: agreed, report },
      directory: sink.form === 'member' && this.#choices.flag('dicomdir'),
      signal: this.#abort.signal,
    })
    if (tally.written) {
      // the next run has another key, under which nothing was decided
      this.#drawn = null
      this.#decided = null
      const { settings } = agreed
      return {
        ...{ name: 'done', decided: 0, result: blob && { blob, name: file } },
        sealed: seal && { files: seal.files, settings, tally },
      }
    }
    const failure = this.#pool.state.failed ? 'no-engine' : 'nothing-written'
    return { name: 'failed', failure }
  }

  /**
   * Open what the result goes to.
   *
   * @returns {Promise<{ sink: Sink, savedAs: string } | null>}  null if the user has
   *   dismissed the question where
   */
  async #open() {
    if (this.#state.mode === 'single') {
      return { sink: singleSink(), savedAs: '' }
    }
    if (this.output !== 'zip') {
      return { sink: zipSink(await kept()), savedAs: '' }
    }
    try {
      const target = await pickedFile(ZIP_NAME)
      return { sink: zipSink(target), savedAs: target.name }
    } catch {
      return null
    }
  }

  /**
   * Collect what there is to review: from a DICOMDIR, and from headers.
   *
   * @param {boolean} thorough  whether to read headers however many there are
   * @param {(done: number) => void} progress
   */
  async survey(thorough, progress) {
    const { sources } = this.#state
    const review = new Review()
    const terms = await this.terms('')
    const directory = sources.find(isDirectory)
    const reply = directory?.file
      ? await this.#pool.survey({ ...directory, file: directory.file }, terms)
      : null
    const places = reply?.type === 'surveyed' ? reply.places : []
    for (const place of places) {
      review.add(place)
    }
    if (thorough || sources.length < AT_ONCE) {
      let done = 0
      for await (const { reply } of this.#pool.glances(sources, terms)) {
        progress(++done)
        if (reply.type === 'glanced') {
          // what a directory lists is counted already
          const { place } = reply
          review.add(places.length ? { ...place, instances: 0 } : place)
        }
      }
    }
    return review.patients()
  }

  /** Whether there is a DICOMDIR among what was given. */
  get hasDirectory() {
    return this.#state.sources.some(isDirectory)
  }

  /** What was decided on descriptions before. @returns {DescriptionChoices} */
  get decided() {
    return this.#decided?.choices ?? new Map()
  }

  /** @param {DescriptionChoices} choices  on descriptions, for the next run */
  async decide(choices) {
    const { key } = await this.terms('')
    this.#decided = { under: this.#identity(key), choices }
    this.#state.set({ decided: choices.size })
  }

  /** @param {Uint8Array} key */
  #identity(key) {
    return `${key} ${this.#choices.text('retain_uids')}`
  }

  /**
   * Agree on settings and key, before any source is opened.
   *
   * @param {string} [reviewed]  descriptions, if not those that were decided on
   * @returns {Promise<Terms>}
   */
  async terms(reviewed) {
    const key = await this.#key()
    const decided = reviewed === undefined ? this.#decided : null
    if (decided && decided.under !== this.#identity(key)) {
      throw new Refusal('review-stale')
    }
    const agreed = {
      settings: this.#choices.settings,
      key,
      reviewed: reviewed ?? (decided ? written(decided.choices) : ''),
      digest: this.#choices.flag('seal'),
    }
    const reply = await this.#pool.check(agreed)
    if (reply.type === 'refused') {
      this.#state.set({ refusal: `${reply.setting}: ${reply.reason}` })
      throw new Refusal('settings-refused')
    }
    return agreed
  }

  /** @returns {Promise<Uint8Array>} */
  async #key() {
    const { kind, passphrase } = this.keyChoice()
    if (kind === 'random') {
      this.#drawn ??= crypto.getRandomValues(new Uint8Array(32))
      return this.#drawn
    }
    if (kind === 'passphrase' && !passphrase.trim()) {
      throw new Refusal('no-passphrase')
    }
    const reply = await this.#pool.derive(kind === 'public' ? '' : passphrase)
    if (reply.type !== 'derived') {
      throw new Refusal('no-engine')
    }
    return reply.key
  }
}

/** @param {Source} source  Whether it is a directory of the others, by its name. */
function isDirectory({ path }) {
  return /(^|\/)DICOMDIR$/i.test(path)
}

/** @param {unknown} error */
function cause(error) {
  if (error instanceof Refusal) {
    return error.message
  }
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return full ? 'storage-full' : 'output-failed'
}
