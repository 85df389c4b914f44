/**
 * Rows of a tree as a list: which of them are to be seen, under what is closed, searched
 * for and left out. Knows nothing of the page.
 */

/** @import { InspectedRow } from '../shared/protocol.js' */

/** Rows up to which sequences are open at first. */
const OPEN = 2000

export class Tree {
  /** Numbers of rows that are closed. @type {Set<number>} */
  closed = new Set()
  /** By row, the row it is in; -1 for none. @type {number[]} */
  parents = []
  /** @type {string[]} */
  #texts

  /** @param {InspectedRow[]} rows */
  constructor(rows) {
    this.rows = rows
    this.#texts = rows.map(textOf)
    /** @type {number[]} */
    const way = []
    for (const [number, row] of rows.entries()) {
      while (way.length && rows[way[way.length - 1]].depth >= row.depth) {
        way.pop()
      }
      this.parents.push(way.at(-1) ?? -1)
      way.push(number)
    }
    for (const number of rows.keys()) {
      // what goes or comes as a whole is told by its first line
      const { kind, tag } = rows[number]
      const whole = kind === 'removed' || kind === 'added'
      if (tag && this.isParent(number) && (whole || rows.length > OPEN)) {
        this.closed.add(number)
      }
    }
  }

  /** @param {number} number */
  isParent(number) {
    return this.parents[number + 1] === number
  }

  /**
   * List the numbers of the rows to be seen, with all they are in.
   *
   * @param {string} text  to be searched for; what is found is seen even if closed
   * @param {boolean} changes  whether rows in which nothing changes are left out
   */
  visible(text, changes) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    /** @type {Set<number>} */
    const seen = new Set()
    for (const [number, row] of this.rows.entries()) {
      const found =
        (!changes || isChange(row)) &&
        words.every((word) => this.#texts[number].includes(word))
      if (found && (words.length || !this.#isHidden(number))) {
        for (let at = number; at >= 0 && !seen.has(at); at = this.parents[at]) {
          seen.add(at)
        }
      }
    }
    return [...seen].sort((one, other) => one - other)
  }

  /** @param {number} number */
  toggle(number) {
    if (!this.closed.delete(number)) {
      this.closed.add(number)
    }
  }

  /** @param {number} number */
  #isHidden(number) {
    for (let at = this.parents[number]; at >= 0; at = this.parents[at]) {
      if (this.closed.has(at)) {
        return true
      }
    }
    return false
  }
}

/** @param {InspectedRow} row  @returns {boolean} whether the row itself tells a change */
export function isChange(row) {
  return row.more === undefined && (row.kind !== 'kept' || row.notes !== undefined)
}

/** @param {InspectedRow} row */
function textOf({ tag = '', name = '', old = '', new: result = '' }) {
  return `${tag} (${tag}) ${tag.replace(',', '')} ${name} ${old} ${result}`.toLowerCase()
}
