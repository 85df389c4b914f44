/**
 * The record of a self-test, as an installation qualification wants it: what was tested,
 * where, when and under which settings, and what became of each canary.
 */

import { same } from '../settings/settings.js'

/**
 * @import { Finding, SelfTest } from '../shared/protocol.js'
 *
 * @typedef {object} Surroundings
 * @property {string} created  time in UTC
 * @property {string} browser
 * @property {string} build  the sum of all files of this page
 * @property {Readonly<Values>} [asked]  settings, if the engine has tested others
 *
 * @typedef {SelfTest & Surroundings} Record
 * @typedef {import('../settings/settings.js').Values} Values
 */

const RIGHT = {
  go: ['gone'],
  'be-held': ['held-back'],
  stay: ['there'],
  either: ['gone', 'there', 'held-back'],
}

/**
 * Make a record. What the engine says of itself is looked at once more.
 *
 * @param {SelfTest} made  by the engine
 * @param {string} build
 * @param {Readonly<Values>} asked  all settings that it was to test
 * @returns {Record}
 */
export function recordOf(made, build, asked) {
  const created = `${new Date().toISOString().slice(0, 19)}+00:00`
  const tested = /** @type {Values} */ (made.settings)
  const others = Object.keys(asked).some((key) => !same(tested[key], asked[key]))
  const passed = made.passed && !others && made.places.every(isFine)
  const around = { created, browser: navigator.userAgent, build }
  return { ...around, ...made, passed, ...(others && { asked }) }
}

/**
 * Tell whether all canaries of a kind became what they had to.
 *
 * @param {Finding} finding
 */
export function isFine({ must, found, passed }) {
  return passed && Object.values(found).every((one) => isRight(must, one))
}

/**
 * List the encodings that were tried.
 *
 * @param {SelfTest} made
 */
export function waysOf({ places }) {
  return [...new Set(places.flatMap(({ found }) => Object.keys(found)))]
}

/**
 * Tell whether something is what had to become of a canary.
 *
 * @param {Finding['must']} must
 * @param {string} found
 */
export function isRight(must, found) {
  return RIGHT[must].includes(found)
}

/**
 * List what was tested, and its verdict, fact by fact.
 *
 * @param {Record} record
 * @returns {[name: string, value: unknown][]}
 */
export function factsOf({ places, ...facts }) {
  return Object.entries(facts)
}

/**
 * Write a record as CSV (RFC 4180), the matrix below what was tested.
 *
 * @param {Record} record
 */
export function csvOf(record) {
  const ways = waysOf(record)
  const matrix = record.places.map((one) => [
    ...[one.place, one.must, ...ways.map((way) => one.found[way] ?? '-')],
    isFine(one) ? 'yes' : 'NO',
  ])
  const facts = factsOf(record).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const lines = [...facts, [], ['place', 'must', ...ways, 'passed'], ...matrix]
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')
}

/** @param {string} text */
function cell(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
