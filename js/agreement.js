/**
 * What all instances of a run share is agreed on here, before any of them is opened:
 * settings, the key of new IDs, and what a person has decided on descriptions. What is
 * shown before a run is shown under the same terms.
 */

import { AT_ONCE, Headers } from './headers.js'
import { Review, written } from './review.js'

/**
 * @import { Pool } from './pool.js'
 * @import { Choices as DescriptionChoices } from './review.js'
 * @import { Choices } from './settings/choices.js'
 * @import { Source, Terms } from './shared/protocol.js'
 * @import { Journal } from './sink/journal.js'
 * @import { State } from './state.js'
 *
 * @typedef {object} Decided
 * @property {string} under  the key and what else makes new UIDs
 * @property {DescriptionChoices} choices
 *
 * @typedef {object} KeyChoice
 * @property {'random' | 'passphrase' | 'public'} kind
 * @property {string} passphrase
 */

/** Why a run cannot begin: a code. */
export class Refusal extends Error {}

export class Agreement {
  #state
  #pool
  #choices
  #headers
  /** The key of the next run, if it is not made of anything. @type {Uint8Array | null} */
  #drawn = null
  /** The last one that was made of something: that takes seconds. */
  #derived = { from: '', key: /** @type {Uint8Array} */ (new Uint8Array()) }
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
    this.#headers = new Headers(state, pool)
  }

  /** Begin anew: with other sources, or once a run is done. */
  forget() {
    this.#drawn = null
    this.#decided = null
  }

  /**
   * Tell what there is of what was given. New IDs are only told apart here, so a key
   * that would have to be derived first is not needed.
   */
  async count() {
    if (!this.#headers.reading) {
      const { kind } = this.keyChoice()
      const key = kind === 'random' ? await this.#key() : drawn()
      await this.#headers.read(this.#view(key))
    }
  }

  /**
   * Collect what there is to review: from each DICOMDIR, and from headers. Once a run
   * begins, or other files are given, there is nothing.
   *
   * @param {boolean} thorough  whether to read headers however many there are
   * @param {(done: number) => void} progress
   */
  async survey(thorough, progress) {
    const { sources } = this.#state
    const review = new Review()
    const { key } = await this.terms({ reviewed: '' })
    const terms = this.#view(key)
    const listed = new Set()
    for (const directory of sources.filter(isDirectory)) {
      const reply = await this.#pool.survey(directory, terms)
      for (const place of reply.type === 'surveyed' ? reply.places : []) {
        review.add(place)
        listed.add(place.series)
      }
    }
    if (this.#state.sources !== sources) {
      return []
    }
    if (thorough || sources.length <= AT_ONCE) {
      const said = await this.#headers.read(terms, progress)
      if (!said) {
        return []
      }
      for (const place of said.places) {
        // what a directory lists is counted already
        review.add(listed.has(place.series) ? { ...place, instances: 0 } : place)
      }
    }
    return review.patients()
  }

  /**
   * Look at what would become of a source, and why.
   *
   * @param {Source} source
   */
  async inspect(source) {
    return this.#pool.inspect(source, await this.terms())
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
    const { key } = await this.terms({ reviewed: '' })
    this.#decided = { under: this.#identity(key), choices }
    this.#state.set({ decided: choices.size })
  }

  /**
   * What decides how an instance is seen before a run.
   *
   * @param {Uint8Array} key
   */
  #view(key) {
    const settings = JSON.stringify({ retain_uids: this.#choices.flag('retain_uids') })
    return { settings, key, reviewed: '' }
  }

  /** @param {Uint8Array} key */
  #identity(key) {
    return `${key} ${this.#choices.text('retain_uids')}`
  }

  /**
   * Agree on settings and key, before any source is opened.
   *
   * @param {object} [given]
   * @param {string | undefined} [given.reviewed]  descriptions, if not those that were
   *   decided on
   * @param {Terms | null | undefined} [given.before]  of the run whose IDs are to be
   *   given again
   * @param {Journal | undefined} [given.continued]  of the run that is continued
   * @returns {Promise<Terms>}
   */
  async terms({ before, continued, reviewed } = {}) {
    const said = reviewed ?? before?.reviewed ?? continued?.head.options.reviewed
    const key = before?.key ?? continued?.key ?? (await this.#key())
    if (continued && !(await continued.agrees(key))) {
      throw new Refusal('key-differs')
    }
    const decided = said === undefined ? this.#decided : null
    if (decided && decided.under !== this.#identity(key)) {
      throw new Refusal('review-stale')
    }
    const agreed = {
      settings: continued?.head.settings ?? this.#choices.settings,
      key,
      reviewed: decided ? written(decided.choices) : String(said ?? ''),
      digest: this.#choices.flag('seal'),
      random: before?.random ?? this.keyChoice().kind === 'random',
    }
    const reply = await this.#pool.check(agreed)
    if (reply.type === 'refused') {
      this.#state.set({ refusal: reply })
      throw new Refusal('settings-refused')
    }
    return agreed
  }

  /** @returns {Promise<Uint8Array>} */
  async #key() {
    const { kind, passphrase } = this.keyChoice()
    if (kind === 'random') {
      this.#drawn ??= drawn()
      return this.#drawn
    }
    if (kind === 'passphrase' && !passphrase.trim()) {
      throw new Refusal('no-passphrase')
    }
    const from = kind === 'public' ? '' : passphrase
    if (!this.#derived.key.length || this.#derived.from !== from) {
      const reply = await this.#pool.derive(from)
      if (reply.type !== 'derived') {
        throw new Refusal('no-engine')
      }
      this.#derived = { from, key: reply.key }
    }
    return this.#derived.key
  }
}

function drawn() {
  return crypto.getRandomValues(new Uint8Array(32))
}

/** @param {Source} source  Whether it is a directory of the others, by its name. */
function isDirectory({ path }) {
  return /(^|\/)DICOMDIR$/i.test(path)
}
