/**
 * What was not written, for a file and for another attempt: by number, code and place.
 * No path of a source and no value is in the text.
 */

import { placeOf } from './tally.js'

/** @import { Line } from './tally.js' */

export const ERRORS_FILE = '_errors.txt'

const OURS = 'engine-error'

/** Codes of what may have changed by the next attempt. */
const TRANSIENT = ['source-lost']

/**
 * Tell whether another attempt at a file makes sense: it may be there again, an engine
 * may have failed for want of memory, the settings that held it back may be others.
 *
 * @param {Line} line
 */
export function canRetry({ outcome, code }) {
  return ['failed', 'rejected'].includes(outcome) || TRANSIENT.includes(code)
}

/**
 * Group lines by code, faults of ours as one, the most frequent first.
 *
 * @param {Line[]} lines
 * @returns {[string, Line[]][]}
 */
export function byCause(lines) {
  /** @type {Map<string, Line[]>} */
  const groups = new Map()
  for (const line of lines) {
    const cause = line.outcome === 'failed' ? OURS : line.code
    const group = groups.get(cause)
    if (group) {
      group.push(line)
    } else {
      groups.set(cause, [line])
    }
  }
  return [...groups].sort(([, one], [, other]) => other.length - one.length)
}

/**
 * Write lines down as a table, in the order of their numbers.
 *
 * @param {Line[]} lines
 */
export function errorsText(lines) {
  const causes = byCause(lines).map(([code, { length }]) => `${length}\t${code}`)
  const rows = [...lines]
    .sort((one, other) => one.number - other.number)
    .map((line) => [line.number, line.outcome, line.code, placeOf(line)].join('\t'))
  return [
    'Files that were not written, by their number in the run.',
    ...['', 'files\tcode', ...causes],
    ...['', 'number\toutcome\tcode\tat', ...rows, ''],
  ].join('\n')
}
