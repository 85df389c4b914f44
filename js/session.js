/**
 * What a person does here: give files, run, cancel, ask what was done. A session
 * changes the state and shows nothing.
 */

import { Refusal } from './agreement.js'
import { Destination } from './destination.js'
import { canRetry, ERRORS_FILE, errorsText } from './errors.js'
import { list } from './listing.js'
import { deidentify, Interrupted } from './pipeline.js'
import { mappingOf, reportOf, withResult } from './records.js'
import { PlaceError } from './sink/choose.js'
import { sealing } from './sink/sealed.js'
import { sizeOf } from './source/archive.js'
import { add, addEarlier, addLack, addProblems, emptyTally } from './tally.js'

/**
 * @import { Abilities } from './abilities.js'
 * @import { Agreement } from './agreement.js'
 * @import { Opened, Wanted } from './destination.js'
 * @import { Pool } from './pool.js'
 * @import { Choices } from './settings/choices.js'
 * @import { Format, Found, Outcome, Source, Terms } from './shared/protocol.js'
 * @import { Changes, Mode, State } from './state.js'
 * @import { Line } from './tally.js'
 *
 * @typedef {object} Plan
 * @property {Source[]} queued
 * @property {string} zip  the name of a ZIP
 * @property {Line[]} problems  that there are already
 *
 * @typedef {Wanted & Plan} Job
 *
 * @typedef {object} Last  what a run was about
 * @property {Terms | null} terms
 * @property {Source[]} sources
 *
 * @typedef {Map<Source | null, number>} Underway  bytes written of unfinished instances;
 *   of no source, those that lie there already
 */

export const ZIP_NAME = 'deidentified-study.zip'
const RETRY_NAME = 'deidentified-study-retry.zip'

const NEW_JOB = { zip: ZIP_NAME, problems: [] }

/** Milliseconds between two looks at what is going on. */
const TICK = 250

/** @type {Changes} */
const CANCELLED = { name: 'ready', cancelled: true }

/** @type {Last} */
const NOTHING = { terms: null, sources: [] }

export class Session {
  #state
  #pool
  #choices
  #agreement
  #destination
  #cancel = new AbortController()
  #finish = new AbortController()
  /** What the last run was about, until the next one. */
  #last = NOTHING

  /**
   * @param {State} state
   * @param {Pool} pool
   * @param {Choices} choices
   * @param {Abilities} can  what this browser can do
   * @param {Agreement} agreement
   */
  constructor(state, pool, choices, can, agreement) {
    this.#state = state
    this.#pool = pool
    this.#choices = choices
    this.#agreement = agreement
    const pack = pool.pack.bind(pool)
    this.#destination = new Destination(state, choices, can, agreement, pack)
  }

  /** Where a study goes: what was chosen, as far as this browser can do it. */
  get output() {
    return this.#destination.output
  }

  /** Whether a run may begin. */
  get ready() {
    const { name, listing, sources } = this.#state
    return name !== 'running' && !listing && sources.length > 0
  }

  /** @param {Mode} mode */
  choose(mode) {
    if (mode === 'single' && this.#state.sources.length > 1) {
      const nothing = { sources: [], bytes: 0, contents: null, cancelled: false }
      this.#state.set({ name: 'idle', mode, ...nothing })
    } else {
      this.#state.set({ mode })
    }
  }

  /**
   * Take what the user gave, in place of what was given before. What comes during a run
   * comes too late.
   *
   * @param {AsyncIterable<Found> | Iterable<Found>} given
   */
  async take(given) {
    if (this.#state.name !== 'running') {
      this.#agreement.forget()
      await list(this.#state, given)
    }
  }

  /** Stop at once; nothing of the run remains. */
  cancel() {
    this.#cancel.abort()
  }

  /** Stop at once, but finish the result with what it has, unless that is done anyway. */
  finish() {
    if (!this.#state.closing) {
      this.#state.set({ finishing: true })
      this.#finish.abort()
    }
  }

  /** Run. Called while a click is handled, which lets it ask where to save. */
  async process() {
    const place = this.ready && (await this.#destination.ask(ZIP_NAME))
    if (place) {
      const { sources } = this.#state
      await this.#go({ ...NEW_JOB, queued: sources, place })
    }
  }

  /**
   * Try again what may go well this time, under the same new IDs, into a result of its
   * own. What cannot go well stays among the problems.
   */
  async retry() {
    const { sources, tally } = this.#state
    const again = tally.problems.filter(canRetry)
    const numbers = new Set(again.map(({ number }) => number))
    const last = this.#last
    const place = await this.#destination.ask(RETRY_NAME)
    if (place) {
      await this.#go({
        queued: sources.filter(({ number }) => numbers.has(number)),
        zip: RETRY_NAME,
        problems: tally.problems.filter((line) => !again.includes(line)),
        ...{ before: last.terms, place },
      })
      this.#keep(last, again)
    }
  }

  /**
   * Let what a retry did not come to be tried once more, under the same new IDs.
   *
   * @param {Last} last  the run before
   * @param {Line[]} again  what was to be tried
   */
  #keep(last, again) {
    const { tally } = this.#state
    const reached = new Set(tally.lines.map(({ number }) => number))
    const missed = again.filter(({ number }) => !reached.has(number))
    addProblems(tally, missed)
    if (!this.#last.terms) {
      this.#last = last
    }
    this.#state.set({})
  }

  /**
   * Continue, with the next run, one that ended with its page.
   *
   * @param {string} id
   */
  resume(id) {
    this.#destination.resume(id)
  }

  /**
   * Run for a page around this one, which gets the result.
   *
   * @param {((name: string, instance: Blob) => void) | null} give  takes the instances
   *   one by one; without it the result is kept as one
   */
  async processFor(give) {
    const { sources } = this.#state
    const place = { output: /** @type {const} */ ('download'), name: '' }
    await this.#go({ ...NEW_JOB, queued: sources, place, give })
  }

  /** @param {Job} job */
  async #go(job) {
    if (!this.ready) {
      await job.place.target?.abort().catch(() => {})
      return
    }
    this.#begin(job)
    const state = this.#state
    const ways = [this.#cancel.signal, this.#finish.signal]
    const stop = () => this.#pool.restart()
    for (const way of ways) {
      way.addEventListener('abort', stop)
    }
    /** @type {Underway} */
    const underway = new Map()
    const ticker = setInterval(() => state.set({ underway: total(underway) }), TICK)
    /** @type {Changes} */
    let end
    try {
      end = await this.#run(job, AbortSignal.any(ways), underway)
    } catch (error) {
      end = this.#cancel.signal.aborted ? CANCELLED : failed(error)
    }
    clearInterval(ticker)
    for (const way of ways) {
      way.removeEventListener('abort', stop)
    }
    state.set({ ...end, underway: 0, stopped: performance.now() })
  }

  /** @param {Job} job */
  #begin({ queued, place, problems }) {
    this.#cancel = new AbortController()
    this.#finish = new AbortController()
    this.#last = NOTHING
    const tally = emptyTally()
    addProblems(tally, problems)
    const queuedBytes = queued.reduce((sum, source) => sum + sizeOf(source), 0)
    /** @type {Changes} */
    const begin = { name: 'running', tally, queued, queuedBytes, savedAs: place.name }
    const begun = { started: performance.now(), stopped: 0, left: 0, settings: '{}' }
    const nothing = { result: null, downloaded: false, finishing: false, underway: 0 }
    const fine = { failure: '', refusal: null, cancelled: false, sealed: null }
    const anew = { unplaced: false, resumable: false }
    this.#state.set({ ...begin, ...begun, ...nothing, ...fine, ...anew })
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
   * @param {Job} job
   * @param {AbortSignal} signal
   * @param {Underway} underway
   * @returns {Promise<Changes>}
   */
  async #run(job, signal, underway) {
    const { queued, zip } = job
    const { tally, mode } = this.#state
    let file = zip
    /** @type {(outcome: Outcome, name: string | null) => void} */
    const report = (outcome, name) => {
      underway.delete(outcome.source)
      add(tally, outcome, name)
      if (mode === 'single' && name) {
        file = `${name.split('/').pop()}.dcm`
      }
    }
    /** @type {(source: Source | null, bytes: number) => void} */
    const progress = (source, bytes) => {
      underway.set(source, (underway.get(source) ?? 0) + bytes)
    }
    /** @type {Opened} */
    let opened
    try {
      const again = (/** @type {number} */ bytes) => progress(null, bytes)
      opened = await this.#destination.open(job, signal, again)
    } catch (error) {
      if (signal.aborted) {
        return CANCELLED
      }
      throw error
    }
    underway.delete(null)
    this.#last = { terms: opened.terms, sources: queued }
    this.#state.set({ settings: opened.terms.settings })
    const seal = opened.terms.digest ? sealing(opened) : null
    const blob = await deidentify({
      ...{ ...opened, ...seal?.run, sources: queued, pool: this.#pool, report },
      ...{ signal, cancel: this.#cancel.signal, progress },
      recall: (one) => addEarlier(tally, one),
      lack: () => addLack(tally),
      extras: () => this.#extras(tally.problems),
    })
    if (!tally.written && !tally.earlier) {
      if (signal.aborted) {
        return CANCELLED
      }
      const failure = this.#pool.state.failed ? 'no-engine' : 'nothing-written'
      return { name: 'failed', failure }
    }
    // the next run has another key, under which nothing was decided
    this.#agreement.forget()
    const left = queued.length - tally.files
    return {
      ...{ name: 'done', left, decided: 0, result: blob && { blob, name: file } },
      sealed: seal && {
        ...{ files: seal.files, unsealed: seal.unsealed() },
        ...{ settings: opened.terms.settings, tally },
      },
    }
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
}

/** @param {Underway} underway */
function total(underway) {
  return [...underway.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/**
 * @param {unknown} error
 * @returns {Changes}
 */
function failed(error) {
  return error instanceof Interrupted
    ? { name: 'failed', failure: cause(error.cause), resumable: true }
    : { name: 'failed', failure: cause(error) }
}

/** @param {unknown} error */
function cause(error) {
  if (error instanceof Refusal || error instanceof PlaceError) {
    return error.message
  }
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return full ? 'storage-full' : 'output-failed'
}
