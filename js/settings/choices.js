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
  /** @type {Values} */
  #values
  /** What the address asks for. @type {Values} */
  asked = {}
  /** What the address asks for and may not. @type {string[]} */
  refused = []
  /** What nobody can change. */
  #locked = new Set()
  /** @type {Values} */
  #first

  /**
   * @param {URLSearchParams} address
   * @param {object} [site]  what who runs the site has decided
   * @param {Values} [site.settings]
   * @param {string[]} [site.locked]
   */
  constructor(address, { settings = {}, locked = [] } = {}) {
    super()
    this.#first = { ...defaults(), ...settings }
    this.#values = this.#first
    this.lock(locked)
    const { values, refused } = fromAddress(address)
    this.asked = this.#open(values)
    this.refused = [...refused, ...Object.keys(values).filter((key) => this.locks(key))]
    this.#values = {
      ...this.#values,
      ...this.#open(fromFile(stored()).values),
      ...this.asked,
    }
  }

  /**
   * Let nobody change these any more.
   *
   * @param {string[]} keys
   */
  lock(keys) {
    for (const key of keys) {
      this.#locked.add(key)
    }
    this.dispatchEvent(new Event('change'))
  }

  /** @param {string} key */
  locks(key) {
    return this.#locked.has(key)
  }

  /** @param {Values} values  @returns {Values} */
  #open(values) {
    const open = Object.entries(values).filter(([key]) => !this.locks(key))
    return Object.fromEntries(open)
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

  /** @param {Values} wanted  What is locked stays. */
  set(wanted) {
    const changes = this.#open(wanted)
    for (const [key, value] of Object.entries(changes)) {
      if (!same(this.asked[key], value)) {
        delete this.asked[key]
      }
    }
    this.#values = { ...this.#values, ...changes }
    store(differing(this.#values, this.#first))
    this.dispatchEvent(new Event('change'))
  }

  /** Go back to where this site begins. */
  reset() {
    this.refused = []
    this.set(this.#first)
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
    this.set({ ...this.#first, ...values })
    return refused
  }
}

/**
 * @param {Values} values
 * @param {Values} others
 */
function differing(values, others) {
  const entries = Object.entries(values)
  return Object.fromEntries(entries.filter(([key, value]) => !same(value, others[key])))
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
