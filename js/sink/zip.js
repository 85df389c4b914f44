/**
 * A ZIP archive of the tree of the command: names, turns, and what a journal is told.
 */

import { sizeOf } from '../shared/segments.js'
import { Batched } from './batched.js'
import { Members, WIDTH } from './members.js'
import { Names } from './names.js'
import { finished } from './records.js'
import { summed } from './sums.js'

/**
 * @import { Deidentified, Job, Pack, Sink } from '../shared/protocol.js'
 * @import { Journal } from './journal.js'
 * @import { Finished, Placed } from './records.js'
 * @import { Put, ZipSettings } from './members.js'
 * @import { Identity } from './names.js'
 * @import { Target } from './target.js'
 */

/** Bytes from which an instance is not held, but streamed into the archive. */
const GIANT = 1 << 24

/** @type {ZipSettings} */
export const FAST = { codec: 'fast', level: 1, workers: false, again: false }

/**
 * @param {Target} target
 * @param {Pack} pack
 * @param {ZipSettings} [settings]
 * @param {Journal} [journal]
 * @returns {Sink}
 */
export function zipSink(target, pack, settings = FAST, journal = undefined) {
  return new ZipSink(target, new Batched(target), pack, settings, journal)
}

/**
 * Continue the archive that an earlier page has begun: its members are placed again,
 * but in appearance only, so that the directory will tell of what lies there.
 *
 * @param {Target} target
 * @param {Pack} pack
 * @param {ZipSettings} settings
 * @param {Journal} journal
 * @param {Pick<Job, 'signal' | 'progress'>} job
 * @returns {Promise<Sink>}
 */
export async function continuedZipSink(target, pack, settings, journal, job) {
  const batched = new Batched(target, Number.POSITIVE_INFINITY)
  const sink = new ZipSink(target, batched, pack, settings, journal)
  for (const one of journal.finished.toSorted((a, b) => at(a) - at(b))) {
    if (at(one) === batched.size) {
      await sink.placeAgain(one, job)
    } else {
      journal.forget(one.mark)
    }
  }
  await batched.begin()
  return sink
}

/** @param {Finished} one */
function at({ placed }) {
  return /** @type {Placed} */ (placed).at
}

class ZipSink {
  #target
  #batched
  #pack
  #journal
  #members
  /** What has a name, or will have. @type {Map<string, Identity | Promise<Identity>>} */
  #placed = new Map()
  #names = new Names(
    async (name) =>
      /** @type {Identity | Promise<Identity>} */ (this.#placed.get(name)),
  )
  /** What is being added beside each other. @type {Set<Promise<unknown>>} */
  #adding = new Set()
  /** The giant that all others wait for. @type {Promise<unknown>} */
  #giant = Promise.resolve()

  /**
   * @param {Target} target
   * @param {Batched} batched
   * @param {Pack} pack
   * @param {ZipSettings} settings
   * @param {Journal | undefined} journal
   */
  constructor(target, batched, pack, settings, journal) {
    this.#target = target
    this.#batched = batched
    this.#pack = pack
    this.#journal = journal
    this.#members = new Members(batched, pack, settings)
    this.form = this.#members.packing
    this.width = this.form.elsewhere ? WIDTH : 1
  }

  /**
   * @param {File} file
   * @param {Deidentified} instance
   * @param {Job} job
   */
  async add(file, instance, job) {
    const { member, segments = [] } = instance
    const name = await this.#names.settle(
      instance.name,
      async () => member ?? summed(this.#pack, file, segments),
    )
    if (name === null) {
      return null
    }
    const placing = this.#place(name, file, instance, job)
    this.#placed.set(name, placing)
    try {
      const { size, ...placed } = await placing
      this.#placed.set(name, { size, crc32: placed.crc32 })
      if (this.#journal) {
        this.#batched.note(finished(job.mark, instance, name, size, { placed }))
      }
    } catch (error) {
      this.#names.giveUp(name)
      throw error
    }
    return name
  }

  /**
   * @param {string} name
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async attach(name, bytes) {
    await this.#members.own(name, bytes)
    return name
  }

  /** @param {Uint8Array<ArrayBuffer>} [directory] */
  async close(directory) {
    await this.#members.close(directory)
    return this.#target.close()
  }

  async abort() {
    await this.#target.abort()
  }

  /**
   * @param {Finished} one
   * @param {Pick<Job, 'signal' | 'progress'>} job
   */
  async placeAgain(one, job) {
    const { size, crc32 } = await this.#members.again(one.name, one, job)
    job.progress(size)
    this.#placed.set(one.name, { size, crc32 })
    this.#names.take(one.name)
  }

  /**
   * @param {string} name
   * @param {File} file
   * @param {Deidentified} instance
   * @param {Job} job
   */
  #place(name, file, instance, job) {
    const { member, segments = [] } = instance
    if (!member && sizeOf(segments) >= GIANT) {
      return this.#alone(() => this.#members.giant(name, file, instance, job))
    }
    return this.#beside(() =>
      member
        ? this.#members.whole(name, member)
        : this.#members.deflated(name, file, segments, job),
    )
  }

  /**
   * Put a member beside others, but not beside a giant.
   *
   * @param {() => Promise<Put>} put
   */
  #beside(put) {
    const putting = this.#giant.then(put)
    const done = putting.catch(() => {})
    this.#adding.add(done)
    done.then(() => this.#adding.delete(done))
    return putting
  }

  /**
   * Put a giant when all others are: what is written beside another has to be held.
   *
   * @param {() => Promise<Put>} put
   */
  #alone(put) {
    const putting = Promise.all([this.#giant, ...this.#adding]).then(put)
    this.#giant = putting.catch(() => {})
    return putting
  }
}
