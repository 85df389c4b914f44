/**
 * The program: sources through the pool into the sink, and a word on each outcome.
 * Everything else serves this loop.
 */

import { concurrently } from './concurrent.js'
import { Unplaced } from './shared/unplaced.js'

/**
 * @import { Pool } from './pool.js'
 * @import { Entry, Outcome, Sink, Source, Terms } from './shared/protocol.js'
 *
 * @typedef {Pick<import('./sink/records.js').Finished, 'name' | 'entry' | 'row' | 'size' | 'sha256'>} Finished
 *
 * @typedef {object} Memory  what is known of earlier pages of the run
 * @property {(source: Source) => Promise<string>} mark
 * @property {(mark: string) => Promise<Finished | undefined>} find  what is finished,
 *   once
 * @property {() => AsyncIterable<Finished>} rest  what is finished and was not found
 *
 * @typedef {object} Run
 * @property {Iterable<Source>} sources
 * @property {Pool} pool
 * @property {Sink} sink
 * @property {Terms} terms
 * @property {boolean} directory  whether the result is to have a DICOMDIR
 * @property {AbortSignal} signal  aborted when work is to stop
 * @property {AbortSignal} cancel  aborted if nothing is to be kept then
 * @property {(outcome: Outcome, name: string | null) => void} report
 * @property {() => [string, Uint8Array<ArrayBuffer>][]} [extras]  files of our own for
 *   the result, asked for at its end
 * @property {(source: Source, bytes: number) => void} [progress]  within an instance
 * @property {Memory} [memory]
 * @property {(one: Finished) => void} [recall]  told of what the memory has besides
 * @property {() => void} [lack]  told if no DICOMDIR could be made
 *
 * @typedef {object} Placed
 * @property {Outcome} outcome
 * @property {string | null} name
 * @property {unknown} [error]  that ends the run
 */

/** A run failed, and another one can continue it. */
export class Interrupted extends Error {}

/**
 * @param {Run} run
 * @returns {Promise<Blob | null>}  what is left to be downloaded, if anything is; if
 *   nothing was written there is no result at all
 */
export async function deidentify(run) {
  const { sink, cancel } = run
  try {
    const { count, entries } = await written(run)
    if (!count) {
      await sink.abort()
      return null
    }
    const directory = await directoryOf(run, entries)
    for (const [name, bytes] of run.extras?.() ?? []) {
      await sink.attach?.(name, bytes)
    }
    cancel.throwIfAborted()
    return await orCancelled(cancel, sink.close(directory))
  } catch (error) {
    if (!cancel.aborted && (await sink.leave?.().catch(() => false))) {
      throw new Interrupted('', { cause: error })
    }
    await sink.abort().catch(() => {})
    throw error
  }
}

/**
 * Make the DICOMDIR, if there is to be one; a result goes without it rather than be lost.
 *
 * @param {Run} run
 * @param {Entry[]} entries
 */
async function directoryOf({ pool, directory, signal, cancel, lack }, entries) {
  while (directory) {
    const { aborted } = signal
    try {
      return await pool.directory(entries)
    } catch {
      cancel.throwIfAborted()
      // to stop a run takes its engines away, and new ones are there then
      if (aborted || !signal.aborted) {
        lack?.()
        return
      }
    }
  }
}

/**
 * Wait for something, but not when the run is cancelled.
 *
 * @template T
 * @param {AbortSignal} cancel
 * @param {Promise<T>} job
 * @returns {Promise<T>}
 */
async function orCancelled(cancel, job) {
  let stop = () => {}
  const cancelled = new Promise((_, reject) => {
    stop = () => reject(cancel.reason)
    cancel.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([job, /** @type {Promise<never>} */ (cancelled)])
  } finally {
    cancel.removeEventListener('abort', stop)
  }
}

/**
 * Write all there is, or what is finished when the run is stopped.
 *
 * @param {Run} run
 */
async function written(run) {
  const { pool, sink, terms, signal, cancel, report, directory } = run
  /** @type {Entry[]} */
  const entries = []
  let count = 0
  /** @type {Map<Source, string>} */
  const marks = new Map()

  /** @type {(name: string, entry: string) => void} */
  const enter = (name, entry) => {
    count++
    if (directory) {
      entries.push([name, entry])
    }
  }
  /** @param {Placed} placed */
  const note = ({ outcome, name }) => {
    if (name !== null && outcome.reply.type === 'deidentified') {
      enter(name, outcome.reply.entry)
    }
    report(outcome, name)
  }
  const outcomes = pool.deidentify(unfinished(run, marks, note), sink.form, terms)
  const place = (/** @type {Outcome} */ outcome) => placed(run, outcome, marks)
  for await (const one of concurrently(outcomes, sink.width ?? 1, place)) {
    cancel.throwIfAborted()
    if (one.error && !signal.aborted) {
      throw one.error
    }
    if (one.name !== null || !signal.aborted) {
      note(one)
    }
  }
  // it may have been before anything came
  cancel.throwIfAborted()
  for await (const one of run.memory?.rest() ?? []) {
    cancel.throwIfAborted()
    enter(one.name, one.entry)
    run.recall?.(one)
  }
  return { count, entries }
}

/**
 * Leave out what an earlier page has finished.
 *
 * @param {Run} run
 * @param {Map<Source, string>} marks
 * @param {(placed: Placed) => void} note
 */
async function* unfinished({ sources, memory, signal }, marks, note) {
  for (const source of sources) {
    if (signal.aborted) {
      return
    }
    const mark = source.file && memory ? await memory.mark(source) : ''
    const before = mark && (await memory?.find(mark))
    if (before) {
      const { name, entry, row, size } = before
      const reply = {
        type: /** @type {const} */ ('deidentified'),
        name,
        entry,
        row,
        size,
      }
      note({ outcome: { source, reply, ms: 0 }, name })
    } else {
      marks.set(source, mark)
      yield source
    }
  }
}

/**
 * Place what was made of a source. Never rejects.
 *
 * @param {Run} run
 * @param {Outcome} outcome
 * @param {Map<Source, string>} marks
 * @returns {Promise<Placed>}
 */
async function placed({ sink, signal, progress }, outcome, marks) {
  const { source, reply, ms } = outcome
  const mark = marks.get(source) ?? ''
  marks.delete(source)
  if (reply.type !== 'deidentified' || !source.file || signal.aborted) {
    return { outcome, name: null }
  }
  const job = {
    signal,
    progress: (/** @type {number} */ bytes) => progress?.(source, bytes),
    mark,
  }
  try {
    return { outcome, name: await sink.add(source.file, reply, job) }
  } catch (error) {
    return error instanceof Unplaced
      ? { outcome: { source, reply: error.reply, ms }, name: null }
      : { outcome, name: null, error }
  }
}
