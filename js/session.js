/**
 * What a person does here: give files, run, cancel, ask what was done. A session
 * changes the state and shows nothing.
 */

import { deidentify } from './pipeline.js'
import { mappingOf, reportOf, withResult } from './records.js'
import { singleSink } from './sink/single.js'
import { canPick, kept, pickedFile } from './sink/target.js'
import { zipSink } from './sink/zip.js'
import { add, emptyTally } from './tally.js'

/**
 * @import { Pool } from './pool.js'
 * @import { Choices } from './settings/choices.js'
 * @import { Format, Found, Outcome, Sink, Source, Terms } from './shared/protocol.js'
 * @import { Changes, Mode, State } from './state.js'
 *
 * @typedef {object} KeyChoice
 * @property {'random' | 'passphrase' | 'public'} kind
 * @property {string} passphrase
 */

const ZIP_NAME = 'deidentified-study.zip'

/** Milliseconds between two looks at what is going on. */
const TICK = 250

/** @type {{ terms: Terms | null, sources: Source[] }} */
const NOTHING = { terms: null, sources: [] }

/** Why a run cannot begin: a code. */
class Refusal extends Error {}

export class Session {
  #state
  #pool
  #choices
  #abort = new AbortController()
  /** What the last run was about, until the next one. */
  #last = NOTHING
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
      this.#state.set({ name: 'idle', mode, sources: [], bytes: 0, cancelled: false })
    } else {
      this.#state.set({ mode })
    }
  }

  /**
   * List what the user gave. Nothing is read yet.
   *
   * @param {AsyncIterable<Found> | Iterable<Found>} given
   */
  async take(given) {
    const state = this.#state
    /** @type {Source[]} */
    const sources = []
    let bytes = 0
    state.set({ listing: true, sources, bytes, cancelled: false })
    const ticker = setInterval(() => state.set({ bytes }), TICK)
    for await (const source of given) {
      sources.push({ ...source, number: sources.length + 1 })
      bytes += source.file?.size ?? 0
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
    const state = this.#state
    const opened = await this.#open()
    if (!opened) {
      return
    }
    const { sink, savedAs } = opened
    this.#abort = new AbortController()
    const tally = emptyTally()
    const started = performance.now()
    state.set({ name: 'running', tally, started, stopped: 0, result: null, savedAs })
    state.set({ failure: '', refusal: '', cancelled: false, settings: '{}' })
    this.#last = NOTHING
    const ticker = setInterval(() => state.set({}), TICK)
    /** @type {Changes} */
    let end
    try {
      end = await this.#run(sink)
    } catch (error) {
      end = this.#abort.signal.aborted
        ? { name: 'ready', cancelled: true }
        : { name: 'failed', failure: cause(error) }
    }
    clearInterval(ticker)
    state.set({ ...end, stopped: performance.now() })
  }

  /**
   * Write a report on the last run.
   *
   * @param {Format} format
   */
  report(format) {
    const { tally, settings } = this.#state
    return reportOf(this.#pool, tally.lines, { format, settings })
  }

  /**
   * Read the sources of the last run again, to tell which original ID became which.
   *
   * @param {AbortSignal} signal
   * @param {(files: number) => void} progress
   * @returns {Promise<Blob>}
   */
  async mapping(signal, progress) {
    const { terms, sources } = this.#last
    if (!terms) {
      throw new Error('no run')
    }
    return mappingOf({
      ...{ pool: this.#pool, terms, signal, progress },
      sources: withResult(sources, this.#state.tally.lines),
    })
  }

  /**
   * @param {Sink} sink
   * @returns {Promise<Changes>}
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
    this.#last = { terms: agreed, sources }
    this.#state.set({ settings: agreed.settings })
    const blob = await deidentify({
      ...{ sources, pool: this.#pool, sink, terms: agreed, report },
      directory: sink.form === 'member' && this.#choices.flag('dicomdir'),
      signal: this.#abort.signal,
    })
    if (tally.written) {
      return { name: 'done', result: blob && { blob, name: file } }
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
   * Agree on settings and key, before any source is opened.
   *
   * @returns {Promise<Terms>}
   */
  async terms() {
    const agreed = { settings: this.#choices.settings, key: await this.#key() }
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
      return crypto.getRandomValues(new Uint8Array(32))
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

/** @param {unknown} error */
function cause(error) {
  if (error instanceof Refusal) {
    return error.message
  }
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return full ? 'storage-full' : 'output-failed'
}
