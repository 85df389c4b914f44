/**
 * What the page is doing: one state, a table of what may follow it, one event.
 * Views are functions of this; they never talk to each other.
 */

import { emptyTally } from './tally.js'

/**
 * @import { Sealed } from './proof/seal.js'
 * @import { Figures } from './review.js'
 * @import { Refusal, Source } from './shared/protocol.js'
 * @typedef {'idle' | 'ready' | 'running' | 'done' | 'failed'} Name
 * @typedef {'single' | 'study'} Mode
 * @typedef {Figures & { odd: number }} Contents  with files that are no instances
 * @typedef {Partial<Omit<State, 'over' | 'closing'>>} Changes
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
  /** Number of the source that was looked at last. */
  inspected = 1
  /** What headers say there is, once they are read. @type {Contents | null} */
  contents = null
  /** Descriptions that were reviewed. */
  decided = 0
  /** What this run is to do, and its bytes. @type {Source[]} */
  queued = []
  queuedBytes = 0
  /** Files that a run did not come to, as it was stopped. */
  left = 0
  /** The next run continues one that ended with its page. */
  continues = false
  /** It is being stopped, and what is finished kept. */
  finishing = false
  tally = emptyTally()
  /** Bytes that are written of instances that are not finished. */
  underway = 0
  /** Of this run, by `performance.now()`; `stopped` is 0 while it goes on. */
  started = 0
  stopped = 0
  /** @type {{ blob: Blob, name: string } | null} */
  result = null
  /** The user has been given the result. */
  downloaded = false
  /** What is to be certified of the result. @type {Sealed | null} */
  sealed = null
  /** Name of the file the result was saved to, if not kept for download. */
  savedAs = ''
  /** No place for a result could be opened when one was asked for. */
  unplaced = false
  /** The last run failed, and another one can continue it. */
  resumable = false
  /** The last run was stopped by the user. */
  cancelled = false
  /** The engine's settings in that run, JSON, once they were agreed on. */
  settings = '{}'
  /** Why the run failed as a whole: a code. */
  failure = ''
  /** The setting that cannot be followed, if that is it. @type {Refusal | null} */
  refusal = null

  /** A run is over, and there is something to say of it. */
  get over() {
    return this.name === 'done' || this.name === 'failed' || this.cancelled
  }

  /** All files are done, and the result is being closed. */
  get closing() {
    return this.name === 'running' && this.tally.files === this.queued.length
  }

  /**
   * @param {Changes} changes
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
