/**
 * What the page did, for whoever looks for a fault: kept here, within bounds, and told
 * to the console. Up to `info` an entry has codes and numbers only; `debug` adds names
 * of sources, `trace` each message between page and engines.
 */

import { visible } from './visible.js'

export const LEVELS = ['quiet', 'error', 'warn', 'info', 'debug', 'trace']

/** @typedef {'error' | 'warn' | 'info' | 'debug' | 'trace'} Level */

/** Entries that are kept, and how many of the oldest go when there are more. */
const MOST = 5000
const GONE = 1000

/** The first level at which names may be in an entry. */
const NAMES = LEVELS.indexOf('debug')

export class Log extends EventTarget {
  #level = LEVELS.indexOf('warn')
  /** @type {string[]} */
  entries = []
  /** Older entries that were not kept. */
  dropped = 0

  /** @param {string} level  one of `LEVELS`; what lies beyond it is not logged */
  set level(level) {
    this.#level = LEVELS.indexOf(level)
  }

  /** Whether names may be in what is logged now. */
  get naming() {
    return this.#level >= NAMES
  }

  /** @param {Level} level  Whether it is logged. */
  has(level) {
    return LEVELS.indexOf(level) <= this.#level
  }

  /**
   * @param {Level} level
   * @param {string} code
   * @param {Record<string, string | number | boolean | undefined>} [facts]
   */
  say(level, code, facts = {}) {
    if (!this.has(level)) {
      return
    }
    const told = Object.entries(facts)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([key, value]) => `${key}=${visible(String(value))}`)
    const time = (performance.now() / 1000).toFixed(3).padStart(9)
    const entry = [time, level.padEnd(5), code, ...told].join(' ')
    this.entries.push(entry)
    if (this.entries.length > MOST) {
      this.entries.splice(0, GONE)
      this.dropped += GONE
    }
    const speak = level === 'trace' ? 'debug' : level
    // biome-ignore lint/suspicious/noConsole: this is the one place that speaks to it
    console[speak](entry)
    this.dispatchEvent(new Event('change'))
  }

  clear() {
    this.entries = []
    this.dropped = 0
    this.dispatchEvent(new Event('change'))
  }

  /** All that is kept, as text. */
  written() {
    const gone = this.dropped ? [`(${this.dropped} older entries are gone)`] : []
    return [...gone, ...this.entries, ''].join('\n')
  }
}

/** Fields of a message that are told as they are: codes and flags. */
const TOLD = ['type', 'from', 'code', 'offset', 'setting', 'error', 'where', 'fatal']

/**
 * Tell of a message between page and engine what is neither a value nor a secret.
 *
 * @param {any} message
 * @returns {Record<string, string | number | boolean>}
 */
export function described(message) {
  const told = Object.fromEntries(
    TOLD.filter((key) => key in message).map((key) => [key, message[key]]),
  )
  return {
    ...told,
    ...(message.type === 'rejected' && { reason: message.reason }),
    ...(message.file && { bytes: message.file.size }),
    ...(message.member && { size: message.member.size }),
    ...(message.segments && { segments: message.segments.length }),
    ...(message.entries && { entries: message.entries.length }),
  }
}
