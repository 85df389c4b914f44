/**
 * How fast a run goes and how long it will take: recent speed, smoothed, and an end
 * that is moved only if it was clearly wrong.
 */

/** Bytes that a file costs beside those it has, as opening it takes time. */
const FILE_COST = 50_000

/** Milliseconds that a smoothed speed looks back, about; for the end, further. */
const RECENT = 3000
const LONG = 20_000

/** Milliseconds before anything is said of the end. */
const PATIENCE = 1500

/** Part of the time left by which an end may be wrong and is still said. */
const SLACK = 0.2

/** @typedef {{ files: number, bytes: number, bytesOut: number }} Done */

/** A speed in which what is long ago counts ever less. */
class Speed {
  #span
  #work = 0
  #time = 0

  /** @param {number} span  milliseconds */
  constructor(span) {
    this.#span = span
  }

  /**
   * @param {number} work
   * @param {number} time  milliseconds
   */
  add(work, time) {
    const fading = Math.exp(-time / this.#span)
    this.#work = this.#work * fading + work
    this.#time = this.#time * fading + time
  }

  /** For each second. */
  get value() {
    return this.#time ? (1000 * this.#work) / this.#time : 0
  }
}

export class Pace {
  #started
  #now
  #end = 0
  /** @type {Done} */
  #done = { files: 0, bytes: 0, bytesOut: 0 }
  #files = new Speed(RECENT)
  #in = new Speed(RECENT)
  #out = new Speed(RECENT)
  #work = new Speed(LONG)

  /** @param {number} started  by a clock in milliseconds, like all times here */
  constructor(started) {
    this.#started = started
    this.#now = started
  }

  /**
   * Take note of how far it is.
   *
   * @param {number} now
   * @param {Done} done
   */
  note(now, { files, bytes, bytesOut }) {
    const time = now - this.#now
    const before = this.#done
    this.#files.add(files - before.files, time)
    this.#in.add(bytes - before.bytes, time)
    this.#out.add(bytesOut - before.bytesOut, time)
    const work = bytes - before.bytes + FILE_COST * (files - before.files)
    this.#work.add(work, time)
    this.#done = { files, bytes, bytesOut }
    this.#now = now
  }

  /** Files, bytes read and bytes written in a second, of late. */
  get speed() {
    return { files: this.#files.value, in: this.#in.value, out: this.#out.value }
  }

  /**
   * Tell how many milliseconds are left, if that can be told.
   *
   * @param {{ files: number, bytes: number }} all
   * @returns {number | null}
   */
  left({ files, bytes }) {
    const { files: done, bytes: read } = this.#done
    const speed = this.#work.value
    if (!speed || this.#now - this.#started < PATIENCE) {
      return null
    }
    const rest = bytes - read + FILE_COST * (files - done)
    const left = Math.max(0, (1000 * rest) / speed)
    const told = this.#end - this.#now
    if (Math.abs(told - left) > SLACK * left) {
      this.#end = this.#now + left
    }
    return Math.max(0, this.#end - this.#now)
  }
}
