/**
 * What the page is doing: one state, a table of what may follow it, one event.
 * Views are functions of this; they never talk to each other.
 */

/**
 * @import { Reply, Source } from './shared/protocol.js'
 * @typedef {'idle' | 'ready' | 'running' | 'done' | 'failed'} Name
 * @typedef {'single' | 'study'} Mode
 *
 * @typedef {object} Problem  an instance that was not written
 * @property {number} number  of the source in this run, from 1
 * @property {string} path  for the screen only
 * @property {string} code
 * @property {number | null} offset
 * @property {string} place  where in the engine, if it is our fault
 *
 * @typedef {object} Tally
 * @property {number} files
 * @property {number} bytes
 * @property {number} written
 * @property {number} duplicates
 * @property {Problem[]} problems
 * @property {Record<string, number>} counts  data elements by action code
 * @property {Record<string, { instances: number, places: Set<string> }>} notes  by code
 */

/** @type {Record<Name, Name[]>} */
const NEXT = {
  idle: ['idle', 'ready'],
  ready: ['idle', 'ready', 'running'],
  running: ['ready', 'done', 'failed'],
  done: ['idle', 'ready', 'running'],
  failed: ['idle', 'ready', 'running'],
}

/** @returns {Tally} */
export function emptyTally() {
  return {
    files: 0,
    bytes: 0,
    written: 0,
    duplicates: 0,
    problems: [],
    counts: {},
    notes: {},
  }
}

export class State extends EventTarget {
  /** @type {Name} */
  name = 'idle'
  /** @type {Mode} */
  mode = 'study'
  /** Files are being listed. */
  listing = false
  /** @type {Source[]} */
  sources = []
  bytes = 0
  tally = emptyTally()
  /** Bytes that are written of instances that are not finished. */
  underway = 0
  /** Of this run, by `performance.now()`; `stopped` is 0 while it goes on. */
  started = 0
  stopped = 0
  /** @type {{ blob: Blob, name: string } | null} */
  result = null
  /** Name of the file the result was saved to, if not kept for download. */
  savedAs = ''
  /** Why the run failed as a whole: a code. */
  failure = ''
  /** The setting that cannot be followed and why, if that is it. */
  refusal = ''

  /**
   * @param {Partial<State>} changes
   */
  set(changes) {
    const { name } = changes
    if (name && !NEXT[this.name].includes(name)) {
      throw new Error(`no way from ${this.name} to ${name}`)
    }
    Object.assign(this, changes)
    this.dispatchEvent(new Event('change'))
  }
}
