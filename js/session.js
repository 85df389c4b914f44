/**
 * What a person does here: give files, run, cancel, ask what was done. A session
 * changes the state and shows nothing.
 */

import { possible } from './abilities.js'
import { Refusal } from './agreement.js'
import { canRetry, ERRORS_FILE, errorsText } from './errors.js'
import { deidentify, KEEP } from './pipeline.js'
import { mappingOf, reportOf, withResult } from './records.js'
import { ask, open, PlaceError } from './sink/choose.js'
import { givingSink } from './sink/giving.js'
import { resume } from './sink/journal.js'
import { sealing } from './sink/sealed.js'
import { singleSink } from './sink/single.js'
import { lookedInto, sizeOf } from './source/archive.js'
import { add, emptyTally } from './tally.js'

/**
 * @import { Abilities } from './abilities.js'
 * @import { Agreement } from './agreement.js'
 * @import { Pool } from './pool.js'
 * @import { Choices } from './settings/choices.js'
 * @import { Format, Found, Outcome, Source, Terms } from './shared/protocol.js'
 * @import { Output, Place } from './sink/choose.js'
 * @import { ZipSettings } from './sink/members.js'
 * @import { Changes, Mode, State } from './state.js'
 * @import { Line } from './tally.js'
 *
 * @typedef {object} Job
 * @property {Source[]} queued
 * @property {string} zip  the name of a ZIP
 * @property {Line[]} problems  that there are already
 * @property {Place} place
 * @property {Terms | null} [before]  of the run whose IDs are to be given again
 * @property {((name: string, instance: Blob) => void) | null} [give]
 */

const ZIP_NAME = 'deidentified-study.zip'
const RETRY_NAME = 'deidentified-study-retry.zip'

const NEW_JOB = { zip: ZIP_NAME, problems: [] }

/** Milliseconds between two looks at what is going on. */
const TICK = 250

/** @type {{ terms: Terms | null, sources: Source[] }} */
const NOTHING = { terms: null, sources: [] }

export class Session {
  #state
  #pool
  #choices
  #can
  #agreement
  #abort = new AbortController()
  /** The run to be continued next. */
  #continues = ''
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
    this.#can = can
    this.#agreement = agreement
  }

  /** Where a study goes: what was chosen, as far as this browser can do it. */
  get output() {
    return possible(this.#choices.text('output'), this.#can)
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
   * List what the user gave. Nothing is read yet but the directories of archives.
   *
   * @param {AsyncIterable<Found> | Iterable<Found>} given
   */
  async take(given) {
    const state = this.#state
    /** @type {Source[]} */
    const sources = []
    let bytes = 0
    this.#agreement.forget()
    state.set({ listing: true, sources, bytes, decided: 0, cancelled: false })
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

  /** Stop at once; nothing of the run remains. */
  cancel() {
    this.#abort.abort()
  }

  /** Stop at once, but finish the result with what it has. */
  finish() {
    this.#state.set({ finishing: true })
    this.#abort.abort(KEEP)
  }

  /** Run. Called while a click is handled, which lets it ask where to save. */
  async process() {
    const place = await this.#ask(ZIP_NAME)
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
    const before = this.#last.terms
    const place = await this.#ask(RETRY_NAME)
    if (place) {
      await this.#go({
        queued: sources.filter(({ number }) => numbers.has(number)),
        zip: RETRY_NAME,
        problems: tally.problems.filter((line) => !again.includes(line)),
        ...{ before, place },
      })
    }
  }

  /**
   * Continue, with the next run, one that ended with its page.
   *
   * @param {string} id
   */
  resume(id) {
    this.#continues = id
    this.#state.set({ continues: true })
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
    const state = this.#state
    const { queued, place } = job
    this.#abort = new AbortController()
    const tally = { ...emptyTally(), problems: [...job.problems] }
    const queuedBytes = queued.reduce((sum, source) => sum + sizeOf(source), 0)
    /** @type {Changes} */
    const begin = { name: 'running', tally, queued, queuedBytes, savedAs: place.name }
    const begun = { started: performance.now(), stopped: 0, left: 0, settings: '{}' }
    const nothing = { result: null, downloaded: false, finishing: false, underway: 0 }
    const fine = { failure: '', refusal: '', cancelled: false, sealed: null }
    state.set({ ...begin, ...begun, ...nothing, ...fine })
    this.#last = NOTHING
    /** @type {Map<Source, number>} */
    const underway = new Map()
    const ticker = setInterval(() => state.set({ underway: total(underway) }), TICK)
    /** @type {Changes} */
    let end
    try {
      end = await this.#run(job, underway)
    } catch (error) {
      end = this.#abort.signal.aborted
        ? { name: 'ready', cancelled: true }
        : { name: 'failed', failure: cause(error) }
    }
    clearInterval(ticker)
    state.set({ ...end, underway: 0, stopped: performance.now() })
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
   * @param {Map<Source, number>} underway  bytes written of unfinished instances
   * @returns {Promise<Changes>}
   */
  async #run(job, underway) {
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
    const opened = await this.#opening(job)
    this.#last = { terms: opened.terms, sources: queued }
    this.#state.set({ settings: opened.terms.settings })
    const seal = opened.terms.digest ? sealing(opened) : null
    const blob = await deidentify({
      ...{ ...opened, ...seal?.run, sources: queued, pool: this.#pool, report },
      signal: this.#abort.signal,
      progress: (source, bytes) => {
        underway.set(source, (underway.get(source) ?? 0) + bytes)
      },
      extras: () => this.#extras(tally.problems),
    })
    if (!tally.written) {
      this.#abort.signal.throwIfAborted()
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
   * Agree on terms, and open what the result goes to.
   *
   * @param {Job} job
   */
  async #opening({ place, before, give }) {
    if (give || this.#state.mode === 'single') {
      const sink = give ? givingSink(give) : singleSink()
      return { terms: await this.#agreement.terms({ before }), sink, directory: false }
    }
    const continued = await this.#continued()
    try {
      const agreed = await this.#agreement.terms({ before, continued })
      const options = continued?.head.options ?? {
        dicomdir: this.#choices.flag('dicomdir'),
        reviewed: agreed.reviewed,
        zip: this.#zip(),
      }
      const { kind } = this.#agreement.keyChoice()
      const { sink, journal } = await open(place, {
        pack: (file, segments, level) => this.#pool.pack(file, segments, level),
        zip: /** @type {ZipSettings} */ (options.zip),
        bytes: this.#state.queuedBytes,
        overwrite: false,
        plan: { ...agreed, random: kind === 'random', options },
        ...(continued && { journal: continued }),
      })
      const memory = journal?.memory(sink.has?.bind(sink))
      const directory = Boolean(options.dicomdir)
      return { terms: agreed, sink, directory, ...(memory && { memory }) }
    } catch (error) {
      await continued?.leave().catch(() => {})
      await place.target?.abort().catch(() => {})
      throw error
    }
  }

  /** The run that is to be continued, if one is. */
  async #continued() {
    const id = this.#continues
    this.#continues = ''
    this.#state.set({ continues: false })
    return id ? resume(id) : undefined
  }

  /** @returns {ZipSettings} */
  #zip() {
    return {
      codec: /** @type {ZipSettings['codec']} */ (this.#choices.text('codec')),
      level: this.#choices.number('level'),
      workers: this.#choices.flag('zip_workers'),
      again: this.#choices.flag('deflate_compressed'),
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

  /**
   * Ask where the result is to go.
   *
   * @param {string} name  to suggest for a ZIP
   * @returns {Promise<Place | null>}  null if the user has dismissed the question
   */
  async #ask(name) {
    const single = this.#state.mode === 'single'
    return ask(single ? 'download' : this.output, name).catch(() => null)
  }
}

/** @param {Map<Source, number>} underway */
function total(underway) {
  return [...underway.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/** @param {unknown} error */
function cause(error) {
  if (error instanceof Refusal || error instanceof PlaceError) {
    return error.message
  }
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return full ? 'storage-full' : 'output-failed'
}
