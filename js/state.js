/**
 * What the page is doing: one state, a table of what may follow it, one event.
 * Views are functions of this; they never talk to each other.
 */

import { emptyTally } from './tally.js'

/**
 * @import { Sealed } from './proof/seal.js'
 * @import { Source } from './shared/protocol.js'
 * @typedef {'idle' | 'ready' | 'running' | 'done' | 'failed'} Name
 * @typedef {'single' | 'study'} Mode
 */

/** @type {Record<Name, Name[]>} */
const NEXT = {
  idle: ['idle', 'ready'],
  ready: ['idle', 'ready', 'running'],
  running: ['ready', 'done', 'failed'],
  done: ['idle', 'ready', 'running'],
  failed: ['idle', 'ready', 'running'],
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
  /** Descriptions that were reviewed. */
  decided = 0
  tally = emptyTally()
  /** Of this run, by `performance.now()`; `stopped` is 0 while it goes on. */
  started = 0
  stopped = 0
  /** @type {{ blob: Blob, name: string } | null} */
  result = null
  /** What is to be certified of the result. @type {Sealed | null} */
  sealed = null
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
