/**
 * The headers of what was given, read once for all who want to know what they say: the
 * summary of the input, without being asked to, and the review of descriptions. A run
 * ends it, and so do other files.
 */

import { figures, Review } from './review.js'

/**
 * @import { Pool } from './pool.js'
 * @import { Place, Source, Terms } from './shared/protocol.js'
 * @import { State } from './state.js'
 *
 * @typedef {object} Said
 * @property {Place[]} places  with how many instances have one
 * @property {number} odd  files that are no instances
 *
 * @typedef {object} Pass
 * @property {string} under  what makes new IDs
 * @property {Source[]} sources
 * @property {((done: number) => void)[]} progress
 * @property {boolean} over
 * @property {Promise<Said | null>} said
 */

/** Files of which all headers are read without being asked to. */
export const AT_ONCE = 2000

export class Headers {
  #state
  #pool
  /** @type {Pass | null} */
  #pass = null

  /**
   * @param {State} state
   * @param {Pool} pool
   */
  constructor(state, pool) {
    this.#state = state
    this.#pool = pool
    state.addEventListener('change', () => this.#look())
  }

  /** Whether they are being read. */
  get reading() {
    return this.#pass?.over === false
  }

  /**
   * Read them, if that has not been done under these terms and is not going on.
   *
   * @param {Terms} terms
   * @param {(done: number) => void} [progress]
   * @returns {Promise<Said | null>}  null once a run begins, or other files are given
   */
  read(terms, progress = () => {}) {
    const under = `${terms.key} ${terms.settings}`
    if (this.#pass?.under !== under) {
      const { sources } = this.#state
      const pass = {
        under,
        sources,
        progress: [],
        over: false,
        said: Promise.resolve(null),
      }
      this.#pass = pass
      this.#pass.said = this.#go(pass, terms)
    }
    this.#pass.progress.push(progress)
    return this.#pass.said
  }

  /**
   * @param {Pass} pass
   * @param {Terms} terms
   * @returns {Promise<Said | null>}
   */
  async #go(pass, terms) {
    /** @type {Map<string, Place>} */
    const places = new Map()
    let [odd, done] = [0, 0]
    for await (const { reply } of this.#pool.glances(pass.sources, terms)) {
      if (this.#pass !== pass) {
        return null
      }
      if (reply.type === 'glanced') {
        const id = JSON.stringify(reply.place)
        const instances = (places.get(id)?.instances ?? 0) + reply.place.instances
        places.set(id, { ...reply.place, instances })
      } else if (reply.type !== 'rejected' || reply.reason !== 'dicomdir') {
        odd++
      }
      done++
      for (const tell of pass.progress) {
        tell(done)
      }
    }
    pass.over = true
    const said = { places: [...places.values()], odd }
    const review = new Review()
    for (const place of said.places) {
      review.add(place)
    }
    this.#state.set({ contents: { ...figures(review.patients()), odd } })
    return said
  }

  #look() {
    const { name, sources } = this.#state
    const stopped = name === 'running' && this.reading
    if (stopped || this.#pass?.sources !== sources) {
      this.#pass = null
    }
  }
}

/**
 * Have headers read without being asked to, once engines are there and nobody else wants
 * anything of them.
 *
 * @param {State} state
 * @param {Pool} pool
 * @param {() => void} read
 */
export function readAhead(state, pool, read) {
  const look = () => {
    const { name, listing, sources, contents } = state
    const { ready, size } = pool.state
    const waits = name === 'ready' && !listing && !contents
    if (waits && sources.length <= AT_ONCE && ready === size) {
      read()
    }
  }
  state.addEventListener('change', look)
  pool.addEventListener('change', look)
}
