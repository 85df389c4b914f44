/**
 * What may be taken away of a run beside its result: a report, and which original ID
 * became which new one. The engine writes both.
 */

/**
 * @import { Pool } from './pool.js'
 * @import { Format, ReportPiece, Source, Terms } from './shared/protocol.js'
 * @import { Line } from './tally.js'
 */

/** Lines that an engine is given at once. */
const PIECE = 2000

/** @type {Record<Format, string>} */
const TYPES = { json: 'application/json', csv: 'text/csv', html: 'text/html' }

/**
 * Write a report.
 *
 * @param {Pool} pool
 * @param {Line[]} lines
 * @param {{ format: Format, settings: string }} terms
 */
export async function reportOf(pool, lines, { format, settings }) {
  const begin = { format, settings, browser: navigator.userAgent }
  return new Blob(await pool.report(pieces(lines, begin)), { type: TYPES[format] })
}

/**
 * Cut a report into pieces, in the order of the files' numbers.
 *
 * @param {Line[]} lines
 * @param {NonNullable<ReportPiece['begin']>} begin
 * @returns {Generator<ReportPiece>}
 */
export function* pieces(lines, begin) {
  const ordered = [...lines].sort((one, other) => one.number - other.number)
  for (let at = 0; at === 0 || at < ordered.length; at += PIECE) {
    yield {
      type: 'report',
      ...(at ? {} : { begin }),
      lines: JSON.stringify(ordered.slice(at, at + PIECE).map(plain)),
      last: at + PIECE >= ordered.length,
    }
  }
}

/**
 * Give a line as the engine's reports take it: the path stays here.
 *
 * @param {Line} line
 */
function plain({ number, outcome, code, at, notes, row, name, bytesIn, bytesOut }) {
  return {
    ...{ number, outcome, code, at, notes, row },
    ...{ file_id: name, bytes_in: bytesIn, bytes_out: bytesOut },
  }
}

/**
 * List the sources that have a result.
 *
 * @param {Source[]} sources
 * @param {Line[]} lines
 */
export function withResult(sources, lines) {
  const fine = new Set()
  for (const { number, outcome } of lines) {
    if (outcome === 'deidentified' || outcome === 'duplicate') {
      fine.add(number)
    }
  }
  return sources.filter(({ number }) => fine.has(number))
}

/**
 * Read sources again for the table of their original and new IDs, each pair once.
 *
 * @param {object} asked
 * @param {Pool} asked.pool
 * @param {Source[]} asked.sources
 * @param {Terms} asked.terms
 * @param {AbortSignal} asked.signal
 * @param {(files: number) => void} asked.progress
 */
export async function mappingOf({ pool, sources, terms, signal, progress }) {
  /** @type {Set<string>} */
  const lines = new Set()
  let files = 0
  for await (const { reply } of pool.identify(sources, terms)) {
    signal.throwIfAborted()
    if (reply.type !== 'identified') {
      throw new Error('source-lost')
    }
    lines.add(reply.head)
    for (const line of reply.lines) {
      lines.add(line)
    }
    progress(++files)
  }
  return new Blob([...lines], { type: 'text/csv' })
}
