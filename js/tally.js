/**
 * A run in numbers, and a line for each file. Nothing of it is a value of a source but
 * the paths, which stay on the screen. A run may have a hundred thousand files: what
 * many lines have in common is held once.
 */

import { resultSize } from './shared/segments.js'
import { sizeOf } from './source/archive.js'

/**
 * @import { Note, Outcome, Reply, Row } from './shared/protocol.js'
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
 * @property {readonly Note[]} notes
 * @property {string} name  in the result
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} ms  of an engine's work
 * @property {Row | null} row
 *
 * @typedef {Map<string, Map<string, Map<string, number>>>} Tree  instances of each
 *   series, by new ID, of each study, of each patient
 *
 * @typedef {object} Tally
 * @property {number} files
 * @property {number} bytes
 * @property {number} bytesOut
 * @property {number} written
 * @property {number} earlier  instances that were written before the run was
 *   interrupted, and are of no file that was given since
 * @property {number} duplicates
 * @property {Line[]} lines  in the order in which files were finished
 * @property {Line[]} problems  those of files that were not written
 * @property {number} lost  how many of them are no directory of the others
 * @property {Record<string, number>} counts  data elements by action code
 * @property {Record<string, number>} options  those that an option decided on, by its code
 * @property {Record<string, { instances: number, places: Set<string> }>} notes  by code,
 *   of what was written
 * @property {Tree} tree
 * @property {Map<string, any>} shared  what lines have in common, once
 */

/** What has no notes. @type {readonly Note[]} */
const NONE = []

/** @returns {Tally} */
export function emptyTally() {
  return {
    ...{ files: 0, bytes: 0, bytesOut: 0, written: 0, earlier: 0, duplicates: 0 },
    ...{ lines: [], problems: [], lost: 0, counts: {}, options: {}, notes: {} },
    ...{ tree: new Map(), shared: new Map() },
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
  const line = lineOf(tally, outcome, name)
  tally.files++
  tally.bytes += line.bytesIn
  tally.bytesOut += line.bytesOut
  tally.lines.push(line)
  if (line.outcome === 'duplicate') {
    tally.duplicates++
  } else if (line.outcome === 'deidentified') {
    tally.written++
    gather(tally, /** @type {Row} */ (line.row))
  } else {
    addProblems(tally, [line])
  }
}

/**
 * Count an instance of the result that comes of no file.
 *
 * @param {Tally} tally
 * @param {{ row: Row, size: number }} instance
 */
export function addEarlier(tally, { row, size }) {
  tally.earlier++
  tally.bytesOut += size
  gather(tally, row)
}

/**
 * Count files as not written.
 *
 * @param {Tally} tally
 * @param {Line[]} lines
 */
export function addProblems(tally, lines) {
  tally.problems.push(...lines)
  tally.lost += lines.filter(({ outcome }) => outcome !== 'left-out').length
}

/**
 * Count the DICOMDIR as what was not written.
 *
 * @param {Tally} tally
 */
export function addLack(tally) {
  tally.problems.push({
    ...{ number: 0, path: 'DICOMDIR', outcome: 'left-out', code: 'no-directory' },
    ...{ at: '', notes: NONE, name: '', bytesIn: 0, bytesOut: 0, ms: 0, row: null },
  })
  tally.lost++
}

/**
 * Say where in an instance or in the engine it went wrong, as far as is known.
 *
 * @param {Line} line
 */
export function placeOf({ code, at, notes }) {
  if (at !== '') {
    return String(at)
  }
  return notes
    .map((note) => {
      const kind = note.code.startsWith(`${code}-`)
        ? note.code.slice(code.length + 1)
        : note.code
      return `${kind} ${note.place}`.trim()
    })
    .join(', ')
}

/**
 * @param {Tally} tally
 * @param {Outcome} outcome
 * @param {string | null} name
 * @returns {Line}
 */
function lineOf(tally, { source, reply, ms }, name) {
  const written = reply.type === 'deidentified'
  const row = written ? sharing(tally, reply.row) : null
  const fate = written
    ? { outcome: fateOf(name), code: '', at: '', notes: row?.notes ?? NONE }
    : problem(reply)
  // one shape for all: an engine of JavaScript holds such objects tightly
  return {
    number: source.number,
    path: source.path,
    outcome: fate.outcome,
    code: once(tally, fate.code),
    at: fate.at,
    notes: once(tally, fate.notes),
    name: name ?? '',
    bytesIn: sizeOf(source),
    bytesOut: written && name !== null ? resultSize(reply) : 0,
    ms,
    row,
  }
}

/** @param {string | null} name  @returns {Fate} */
function fateOf(name) {
  return name === null ? 'duplicate' : 'deidentified'
}

/**
 * @param {Reply} reply
 * @returns {Pick<Line, 'outcome' | 'code' | 'at' | 'notes'>}
 */
function problem(reply) {
  switch (reply.type) {
    case 'unreadable': {
      const { code, offset } = reply
      return code === 'dicomdir'
        ? { outcome: 'left-out', code, at: '', notes: NONE }
        : { outcome: 'unreadable', code, at: offset, notes: NONE }
    }
    case 'rejected': {
      const outcome = reply.reason === 'dicomdir' ? 'left-out' : 'rejected'
      return { outcome, code: reply.reason, at: '', notes: reply.notes }
    }
    case 'failed':
      return { outcome: 'failed', code: reply.error, at: reply.where, notes: NONE }
    default:
      return { outcome: 'failed', code: 'unexpected', at: reply.type, notes: NONE }
  }
}

/**
 * Give a row that shares with others what they have in common.
 *
 * @param {Tally} tally
 * @param {Row} row
 * @returns {Row}
 */
function sharing(tally, row) {
  return {
    sop_class_uid: once(tally, row.sop_class_uid),
    transfer_syntax_uid: once(tally, row.transfer_syntax_uid),
    patient: once(tally, row.patient),
    study_instance_uid: once(tally, row.study_instance_uid),
    series_instance_uid: once(tally, row.series_instance_uid),
    sop_instance_uid: row.sop_instance_uid,
    counts: once(tally, row.counts),
    notes: once(tally, row.notes),
  }
}

/**
 * Give the one that is equal to this and was met first.
 *
 * @template T
 * @param {Tally} tally
 * @param {T} value  a string, or plain data
 * @returns {T}
 */
function once({ shared }, value) {
  const key = typeof value === 'string' ? value : JSON.stringify(value)
  const found = shared.get(key)
  if (found === undefined) {
    shared.set(key, value)
    return value
  }
  return found
}

/**
 * @param {Tally} tally
 * @param {Row} row
 */
function gather(tally, row) {
  count(tally, row)
  plant(tally.tree, row)
}

/**
 * @param {Tally} tally
 * @param {Row} row
 */
function count(tally, row) {
  for (const [code, number] of Object.entries(row.counts)) {
    const numbers = /^\d/.test(code) ? tally.options : tally.counts
    numbers[code] = (numbers[code] ?? 0) + number
  }
  for (const code of new Set(row.notes.map((note) => note.code))) {
    tally.notes[code] ??= { instances: 0, places: new Set() }
    tally.notes[code].instances++
  }
  for (const { code, place } of row.notes) {
    tally.notes[code]?.places.add(place)
  }
}

/**
 * @param {Tree} tree
 * @param {Row} row
 */
function plant(tree, row) {
  const studies = tree.get(row.patient) ?? new Map()
  const series = studies.get(row.study_instance_uid) ?? new Map()
  const uid = row.series_instance_uid
  series.set(uid, (series.get(uid) ?? 0) + 1)
  studies.set(row.study_instance_uid, series)
  tree.set(row.patient, studies)
}
