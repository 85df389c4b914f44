/** Which lines a table of very many shows: those of an outcome, and those in sight. */

/**
 * @import { Fate, Line } from '../tally.js'
 * @typedef {Fate | 'all'} Filter
 */

/** @type {Fate[]} */
export const FATES = [
  'deidentified',
  'duplicate',
  'left-out',
  'rejected',
  'unreadable',
  'failed',
]

/** Lines by outcome. Lines are only ever added, so each is looked at once. */
export class Sorted {
  #lines
  #seen = 0
  /** @type {Record<Fate, Line[]>} */
  #by

  /** @param {Line[]} lines  which may grow */
  constructor(lines) {
    this.#lines = lines
    this.#by = /** @type {any} */ (Object.fromEntries(FATES.map((fate) => [fate, []])))
  }

  /**
   * Give the lines of an outcome, as they were finished.
   *
   * @param {Filter} filter
   */
  lines(filter) {
    for (; this.#seen < this.#lines.length; this.#seen++) {
      const line = this.#lines[this.#seen]
      this.#by[line.outcome].push(line)
    }
    return filter === 'all' ? this.#lines : this.#by[filter]
  }
}

/** Rows beyond each edge that are there before they are scrolled to. */
const MORE = 8

/**
 * Tell which rows have to be there.
 *
 * @param {object} view  in pixels
 * @param {number} view.top  how far it is scrolled
 * @param {number} view.height
 * @param {number} view.row  the height of a row
 * @param {number} rows  how many there are
 * @returns {{ first: number, last: number }}  `last` is the first one that is not
 */
export function inSight({ top, height, row }, rows) {
  const from = Math.floor(top / row) - MORE
  const first = Math.max(0, Math.min(from, rows - 1))
  const last = Math.min(rows, Math.ceil((top + height) / row) + MORE)
  return { first, last: Math.max(first, last) }
}
