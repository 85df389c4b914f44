/**
 * A run in numbers, and a line for each file. Nothing of it is a value of a source but
 * the paths, which stay on the screen.
 */

import { sizeOf } from './source/archive.js'

/**
 * @import { Note, Outcome, Reply, Row, Segment } from './shared/protocol.js'
 *
 * @typedef {'deidentified' | 'duplicate' | 'left-out' | 'rejected' | 'unreadable'
 *   | 'failed'} Fate
 *
 * @typedef {object} Line  what became of a file
 * @property {number} number  of the source in this run, from 1
 * @property {string} path  for the screen only
 * @property {Fate} outcome
 * @property {string} code  why it was not written
 * @property {number | string} at  an offset in the source, or a place in the engine
 * @property {Note[]} notes
 * @property {string} name  in the result
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {Row | null} row
 *
 * @typedef {object} Tally
 * @property {number} files
 * @property {number} bytes
 * @property {number} bytesOut
 * @property {number} written
 * @property {number} duplicates
 * @property {Line[]} lines  in the order in which files were finished
 * @property {Line[]} problems  those of files that were not written
 * @property {Record<string, number>} counts  data elements by action code
 * @property {Record<string, { instances: number, places: Set<string> }>} notes  by code
 */

/** @returns {Tally} */
export function emptyTally() {
  return {
    files: 0,
    bytes: 0,
    bytesOut: 0,
    written: 0,
    duplicates: 0,
    lines: [],
    problems: [],
    counts: {},
    notes: {},
  }
}

/**
 * Count an outcome.
 *
 * @param {Tally} tally
 * @param {Outcome} outcome
 * @param {string | null} name  in the result, if it was written
 */
export function add(tally, outcome, name) {
  const line = lineOf(outcome, name)
  tally.files++
  tally.bytes += line.bytesIn
  tally.bytesOut += line.bytesOut
  tally.lines.push(line)
  if (line.outcome === 'duplicate') {
    tally.duplicates++
  } else if (line.outcome === 'deidentified') {
    tally.written++
    count(tally, /** @type {Row} */ (line.row))
  } else {
    tally.problems.push(line)
  }
}

/**
 * @param {Outcome} outcome
 * @param {string | null} name
 * @returns {Line}
 */
function lineOf({ source, reply }, name) {
  const line = {
    number: source.number,
    path: source.path,
    bytesIn: sizeOf(source),
    bytesOut: 0,
    row: null,
    name: '',
    notes: [],
  }
  if (reply.type !== 'deidentified') {
    return { ...line, ...problem(reply) }
  }
  const { row } = reply
  return name === null
    ? { ...line, outcome: 'duplicate', code: '', at: '', row }
    : {
        ...line,
        ...{ outcome: 'deidentified', code: '', at: '', row, name },
        notes: row.notes,
        bytesOut: resultSize(reply),
      }
}

/**
 * @param {Reply} reply
 * @returns {Pick<Line, 'outcome' | 'code' | 'at' | 'notes'>}
 */
function problem(reply) {
  switch (reply.type) {
    case 'unreadable': {
      const outcome = reply.code === 'dicomdir' ? 'left-out' : 'unreadable'
      return { outcome, code: reply.code, at: reply.offset, notes: [] }
    }
    case 'rejected': {
      const places = reply.notes.map(({ code, place }) =>
        `${code.replace(`${reply.reason}-`, '')} ${place}`.trim(),
      )
      return {
        outcome: 'rejected',
        code: reply.reason,
        at: places.join(', '),
        notes: reply.notes,
      }
    }
    case 'failed':
      return failure(`${reply.error} ${reply.where}`)
    default:
      return failure(reply.type)
  }
}

/**
 * @param {string} at
 * @returns {Pick<Line, 'outcome' | 'code' | 'at' | 'notes'>}
 */
function failure(at) {
  return { outcome: 'failed', code: 'engine-error', at, notes: [] }
}

/** @param {Extract<Reply, { type: 'deidentified' }>} reply */
function resultSize({ member, segments = [] }) {
  return member?.size ?? segments.reduce((sum, one) => sum + length(one), 0)
}

/** @param {Segment} segment */
function length(segment) {
  if (segment instanceof Blob) {
    return segment.size
  }
  return segment instanceof Uint8Array ? segment.length : segment.stop - segment.start
}

/**
 * @param {Tally} tally
 * @param {Row} row
 */
function count(tally, row) {
  for (const [code, number] of Object.entries(row.counts)) {
    tally.counts[code] = (tally.counts[code] ?? 0) + number
  }
  for (const { code, place } of row.notes) {
    tally.notes[code] ??= { instances: 0, places: new Set() }
    tally.notes[code].instances++
    tally.notes[code].places.add(place)
  }
}
