/**
 * Where the result of a run goes. The user is asked while a click is handled; the place
 * is opened once the run has its terms. A run that ended with its page goes on there.
 */

import { possible } from './abilities.js'
import { ask, open } from './sink/choose.js'
import { givingSink } from './sink/giving.js'
import { resume } from './sink/journal.js'
import { singleSink } from './sink/single.js'

/**
 * @import { Abilities } from './abilities.js'
 * @import { Agreement } from './agreement.js'
 * @import { Memory } from './pipeline.js'
 * @import { Choices } from './settings/choices.js'
 * @import { Pack, Sink, Terms } from './shared/protocol.js'
 * @import { Place } from './sink/choose.js'
 * @import { Journal } from './sink/journal.js'
 * @import { ZipSettings } from './sink/members.js'
 * @import { State } from './state.js'
 *
 * @typedef {object} Wanted
 * @property {Place} place
 * @property {Terms | null} [before]  of the run whose IDs are to be given again
 * @property {((name: string, instance: Blob) => void) | null} [give]  takes the
 *   instances one by one; without it the result is kept as one
 *
 * @typedef {object} Opened
 * @property {Terms} terms
 * @property {Sink} sink
 * @property {boolean} directory  whether the result is to have a DICOMDIR
 * @property {Memory} [memory]
 */

export class Destination {
  #state
  #choices
  #can
  #agreement
  #pack
  /** The run to be continued next. */
  #continues = ''

  /**
   * @param {State} state
   * @param {Choices} choices
   * @param {Abilities} can  what this browser can do
   * @param {Agreement} agreement
   * @param {Pack} pack
   */
  constructor(state, choices, can, agreement, pack) {
    this.#state = state
    this.#choices = choices
    this.#can = can
    this.#agreement = agreement
    this.#pack = pack
  }

  /** Where a study goes: what was chosen, as far as this browser can do it. */
  get output() {
    return possible(this.#choices.text('output'), this.#can)
  }

  /**
   * Ask where the result is to go.
   *
   * @param {string} name  to suggest for a ZIP
   * @returns {Promise<Place | null>}  null if the user has dismissed the question, or
   *   the answer cannot be followed
   */
  async ask(name) {
    const single = this.#state.mode === 'single'
    try {
      return await ask(single ? 'download' : this.output, name)
    } catch (error) {
      const dismissed = error instanceof DOMException && error.name === 'AbortError'
      this.#state.set({ unplaced: !dismissed })
      return null
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
   * Agree on terms, and open what the result goes to.
   *
   * @param {Wanted} wanted
   * @param {AbortSignal} signal
   * @param {(bytes: number) => void} progress  over what lies there already
   * @returns {Promise<Opened>}
   */
  async open({ place, before, give }, signal, progress) {
    if (give || this.#state.mode === 'single') {
      const terms = await this.#agreement.terms({ before })
      const sink = give ? givingSink(give) : singleSink()
      return { terms, sink, directory: false }
    }
    /** @type {Journal | undefined} */
    let continued
    try {
      continued = await this.#continued()
      const terms = await this.#agreement.terms({ before, continued })
      signal.throwIfAborted()
      return await this.#opened(place, terms, { continued, signal, progress })
    } catch (error) {
      await continued?.leave().catch(() => {})
      await place.target?.abort().catch(() => {})
      throw error
    }
  }

  /**
   * @param {Place} place
   * @param {Terms} terms
   * @param {object} run
   * @param {Journal | undefined} run.continued
   * @param {AbortSignal} run.signal
   * @param {(bytes: number) => void} run.progress
   * @returns {Promise<Opened>}
   */
  async #opened(place, terms, { continued, signal, progress }) {
    const options = continued?.head.options ?? {
      dicomdir: this.#choices.flag('dicomdir'),
      reviewed: terms.reviewed,
      zip: zipOf(this.#choices),
    }
    const { sink, journal } = await open(place, {
      pack: this.#pack,
      zip: /** @type {ZipSettings} */ (options.zip),
      bytes: this.#state.queuedBytes,
      plan: { ...terms, random: Boolean(terms.random), options },
      ...{ signal, progress },
      ...(continued && { journal: continued }),
    })
    const memory = journal?.memory(sink.has?.bind(sink))
    const directory = Boolean(options.dicomdir)
    return { terms, sink, directory, ...(memory && { memory }) }
  }

  /** The run that is to be continued, if one is. */
  async #continued() {
    const id = this.#continues
    this.#continues = ''
    this.#state.set({ continues: false })
    return id ? resume(id) : undefined
  }
}

/**
 * How archives are packed.
 *
 * @param {Choices} choices
 * @returns {ZipSettings}
 */
export function zipOf(choices) {
  return {
    codec: /** @type {ZipSettings['codec']} */ (choices.text('codec')),
    level: choices.number('level'),
    workers: choices.flag('zip_workers'),
    again: choices.flag('deflate_compressed'),
  }
}
