/**
 * What a person does here: give files, run, cancel. A session changes the state and
 * shows nothing.
 */

import { canRetry, ERRORS_FILE, errorsText } from './errors.js'
import { deidentify } from './pipeline.js'
import { singleSink } from './sink/single.js'
import { canPick, kept, pickedFile } from './sink/target.js'
import { zipSink } from './sink/zip.js'
import { add, emptyTally } from './tally.js'

/**
 * @import { Pool } from './pool.js'
 * @import { Choices } from './settings/choices.js'
 * @import { Found, Outcome, Sink, Source, Terms } from './shared/protocol.js'
 * @import { Mode, State } from './state.js'
 * @import { Line } from './tally.js'
 *
 * @typedef {object} KeyChoice
 * @property {'random' | 'passphrase' | 'public'} kind
 * @property {string} passphrase
 */

const ZIP_NAME = 'deidentified-study.zip'
const RETRY_NAME = 'deidentified-study-retry.zip'

/** Milliseconds between two looks at what is going on. */
const TICK = 200

/** Why a run cannot begin: a code. */
class Refusal extends Error {}

export class Session {
  #state
  #pool
  #choices
  /** Drops a run. */
  #abort = new AbortController()
  /** Ends a run, with what is finished. */
  #enough = new AbortController()
  /** That of the last run. @type {Uint8Array | null} */
  #key = null
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
   * List what the user gave. Nothing is read yet.
   *
   * @param {AsyncIterable<Found> | Iterable<Found>} given
   */
  async take(given) {
    const state = this.#state
    /** @type {Source[]} */
    const sources = []
    let bytes = 0
    state.set({ listing: true, sources, bytes })
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

  /** Stop at once; nothing of the run remains. */
  cancel() {
    this.#abort.abort()
  }

  /** Stop at once, but finish the result with what it has. */
  finish() {
    this.#state.set({ finishing: true })
    this.#enough.abort()
  }

  /** Run. Called while a click is handled, which lets it ask where to save. */
  async process() {
    await this.#begin(this.#state.sources, ZIP_NAME, [], null)
  }

  /**
   * Try again what may go well this time, under the same new IDs, into a result of its
   * own. What cannot go well stays among the problems.
   */
  async retry() {
    const { sources, tally } = this.#state
    const again = tally.problems.filter(canRetry)
    const numbers = new Set(again.map(({ number }) => number))
    await this.#begin(
      sources.filter(({ number }) => numbers.has(number)),
      RETRY_NAME,
      tally.problems.filter((line) => !again.includes(line)),
      this.#key,
    )
  }

  /**
   * @param {Source[]} queued
   * @param {string} name  of a ZIP
   * @param {Line[]} problems  that there are already
   * @param {Uint8Array | null} key  if it is not to be chosen
   */
  async #begin(queued, name, problems, key) {
    const state = this.#state
    const opened = await this.#open(name)
    if (!opened) {
      return
    }
    const { sink, savedAs } = opened
    this.#abort = new AbortController()
    this.#enough = new AbortController()
    const tally = { ...emptyTally(), problems }
    const queuedBytes = queued.reduce((sum, { file }) => sum + (file?.size ?? 0), 0)
    const started = performance.now()
    state.set({
      ...{
        name: /** @type {const} */ ('running'),
        tally,
        queued,
        queuedBytes,
        started,
        stopped: 0,
        left: 0,
      },
      ...{ result: null, downloaded: false, finishing: false, savedAs },
      ...{ failure: '', refusal: '' },
    })
    const ticker = setInterval(() => state.set({}), TICK)
    /** @type {Partial<State>} */
    let end
    try {
      end = await this.#run(sink, name, key)
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
   * @param {string} zip  the name of it
   * @param {Uint8Array | null} key
   * @returns {Promise<Partial<State>>}
   */
  async #run(sink, zip, key) {
    const { queued, tally, mode } = this.#state
    let file = zip
    /** @type {(outcome: Outcome, name: string | null) => void} */
    const report = (outcome, name) => {
      add(tally, outcome, name)
      if (mode === 'single' && name) {
        file = `${name.split('/').pop()}.dcm`
      }
    }
    const agreed = await this.terms(key).catch(async (refusal) => {
      await sink.abort().catch(() => {})
      throw refusal
    })
    this.#key = agreed.key
    const blob = await deidentify({
      ...{ sources: queued, pool: this.#pool, sink, terms: agreed, report },
      directory: sink.form === 'member' && this.#choices.flag('dicomdir'),
      signal: this.#abort.signal,
      enough: this.#enough.signal,
      extras: () => this.#extras(tally.problems),
    })
    if (tally.written) {
      const left = queued.length - tally.files
      return { name: 'done', left, result: blob && { blob, name: file } }
    }
    const failure = this.#pool.state.failed ? 'no-engine' : 'nothing-written'
    return { name: 'failed', failure }
  }

  /**
   * @param {Line[]} problems
   * @returns {[string, Uint8Array<ArrayBuffer>][]}
   */
  #extras(problems) {
    return problems.length && this.#choices.flag('errors_in_zip')
      ? [[ERRORS_FILE, new TextEncoder().encode(errorsText(problems))]]
      : []
  }

  /**
   * Open what the result goes to.
   *
   * @param {string} name  to suggest for a ZIP
   * @returns {Promise<{ sink: Sink, savedAs: string } | null>}  null if the user has
   *   dismissed the question where
   */
  async #open(name) {
    if (this.#state.mode === 'single') {
      return { sink: singleSink(), savedAs: '' }
    }
    if (this.output !== 'zip') {
      return { sink: zipSink(await kept()), savedAs: '' }
    }
    try {
      const target = await pickedFile(name)
      return { sink: zipSink(target), savedAs: target.name }
    } catch {
      return null
    }
  }

  /**
   * Agree on settings and key, before any source is opened.
   *
   * @param {Uint8Array | null} [key]  if it is not to be chosen
   * @returns {Promise<Terms>}
   */
  async terms(key) {
    const agreed = {
      settings: this.#choices.settings,
      key: key ?? (await this.#choose()),
    }
    const reply = await this.#pool.check(agreed)
    if (reply.type === 'refused') {
      this.#state.set({ refusal: `${reply.setting}: ${reply.reason}` })
      throw new Refusal('settings-refused')
    }
    return agreed
  }

  /** @returns {Promise<Uint8Array>} */
  async #choose() {
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
