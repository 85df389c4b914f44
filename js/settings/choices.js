/**
 * What the user has chosen. Kept in this browser from the first change on; an address,
 * or the page around this one, has its say for one visit. No key and no passphrase is
 * ever among it.
 */

import {
  changed,
  defaults,
  differing,
  ENGINE,
  fromAddress,
  fromFile,
  isChoice,
  PAGE,
  PERSONAL,
  toAddress,
} from './settings.js'

/** @import { Value, Values } from './settings.js' */

const STORE = 'cordon-choices'

export class Choices extends EventTarget {
  /** @type {Values} */
  #values
  /** What the user has chosen: it is kept. @type {Values} */
  #own
  /** What others ask for, until the user chooses otherwise. @type {Values} */
  #asked = {}
  /** Keys in the address that are not followed. @type {string[]} */
  refused = []
  /** The user wants no preset, even if a choice is that of one. */
  custom = false
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
    this.#asked = this.#open(values)
    this.refused = [...refused, ...this.#closed(values)]
    this.#own = { ...this.#first, ...this.#open(fromFile(stored()).values) }
    this.#values = { ...this.#own, ...this.#asked }
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

  /** Keys whose value would be another, if they were not locked. @param {Values} values */
  #closed(values) {
    return Object.keys(differing(values, this.#values)).filter((key) => this.locks(key))
  }

  /**
   * Tell why a key is not followed.
   *
   * @param {string} key
   */
  why(key) {
    if (!isChoice(key)) {
      return 'unknown'
    }
    return this.locks(key) ? 'locked' : 'value'
  }

  /** What others alone have brought about, matters of taste aside. */
  get imposed() {
    const found = differing(this.#asked, this.#own)
    return without(found, PERSONAL)
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
    this.#asked = without(this.#asked, Object.keys(changes))
    this.#own = { ...this.#own, ...changes }
    this.#values = { ...this.#own, ...this.#asked }
    store(differing(this.#own, this.#first))
    this.dispatchEvent(new Event('change'))
  }

  /** @param {Values} wanted  for this visit only. What is locked stays. */
  ask(wanted) {
    this.#asked = { ...this.#asked, ...this.#open(wanted) }
    this.#values = { ...this.#own, ...this.#asked }
    this.dispatchEvent(new Event('change'))
  }

  /** Go back to where this site begins. */
  reset() {
    this.refused = []
    this.custom = false
    this.set(this.#first)
  }

  /**
   * To be written down: all settings of a run, for what reads them may begin elsewhere.
   * The command knows no others, so those of the page are left out where they can be.
   */
  written() {
    const told = {
      ...without(this.#values, Object.keys(PAGE)),
      ...changed(this.#values),
      ...differing(this.#values, this.#first),
    }
    return JSON.stringify(told, null, 2)
  }

  /** As the query of an address: whoever opens it may have made other choices. */
  query() {
    const told = {
      ...without(this.#values, PERSONAL),
      ...differing(this.#values, this.#first),
    }
    return toAddress(told).toString()
  }

  /**
   * Take what was written down; what it does not say is where this site begins.
   *
   * @param {string} text  JSON
   * @returns {string[]}  keys that are not followed
   */
  read(text) {
    const found = JSON.parse(text)
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      throw new SyntaxError('no object')
    }
    const { values, refused } = fromFile(found)
    this.custom = false
    this.set({ ...this.#first, ...values })
    return [...refused, ...this.#closed(values)]
  }
}

/**
 * @param {Values} values
 * @param {string[]} keys
 * @returns {Values}
 */
function without(values, keys) {
  const entries = Object.entries(values)
  return Object.fromEntries(entries.filter(([key]) => !keys.includes(key)))
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
