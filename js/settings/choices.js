/**
 * What the user has chosen. Kept in this browser from the first change on; an address
 * has its say for one visit. No key and no passphrase is ever among it.
 */

import {
  changed,
  defaults,
  ENGINE,
  fromAddress,
  fromFile,
  same,
  toAddress,
} from './settings.js'

/** @import { Value, Values } from './settings.js' */

const STORE = 'cordon-choices'

export class Choices extends EventTarget {
  #values = defaults()
  /** What the address asks for. @type {Values} */
  asked = {}
  /** What the address asks for and may not. @type {string[]} */
  refused = []

  /** @param {URLSearchParams} address */
  constructor(address) {
    super()
    Object.assign(this.#values, fromFile(stored()).values)
    const { values, refused } = fromAddress(address)
    Object.assign(this.#values, values)
    this.asked = values
    this.refused = refused
  }

  /** @returns {Readonly<Values>} */
  get values() {
    return this.#values
  }

  /** The settings of a run that are not the defaults, as JSON. */
  get settings() {
    return JSON.stringify(changed(this.#values, ENGINE))
  }

  /** @param {string} key */
  text(key) {
    return String(this.#values[key])
  }

  /** @param {string} key */
  number(key) {
    return Number(this.#values[key])
  }

  /** @param {string} key */
  flag(key) {
    return this.#values[key] === true
  }

  /** @param {string} key  @returns {string[]} */
  list(key) {
    const value = this.#values[key]
    return Array.isArray(value) ? value : []
  }

  /** @param {Values} changes */
  set(changes) {
    for (const [key, value] of Object.entries(changes)) {
      if (!same(this.asked[key], value)) {
        delete this.asked[key]
      }
    }
    this.#values = { ...this.#values, ...changes }
    store(changed(this.#values))
    this.dispatchEvent(new Event('change'))
  }

  /** Go back to the defaults. */
  reset() {
    this.refused = []
    this.set(defaults())
  }

  /** Everything that is not a default, to be written down. */
  written() {
    return JSON.stringify(changed(this.#values), null, 2)
  }

  /** As the query of an address. */
  query() {
    return toAddress(this.#values).toString()
  }

  /**
   * Take what was written down; what it does not say is at its default.
   *
   * @param {string} text  JSON
   * @returns {string[]}  keys that are not allowed, and were left out
   */
  read(text) {
    const found = JSON.parse(text)
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      throw new SyntaxError('no object')
    }
    const { values, refused } = fromFile(found)
    this.set({ ...defaults(), ...values })
    return refused
  }
}

/** @returns {Record<string, unknown>} */
function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? '{}') ?? {}
  } catch {
    return {}
  }
}

/** @param {Values} values */
function store(values) {
  try {
    localStorage.setItem(STORE, JSON.stringify(values))
  } catch {
    // a browser that keeps nothing only forgets
  }
}
