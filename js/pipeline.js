/**
 * The program: sources through the pool into the sink, and a word on each outcome.
 * Everything else serves this loop.
 */

/**
 * @import { Pool } from './pool.js'
 * @import { Outcome, Sink, Source, Terms } from './shared/protocol.js'
 */

/**
 * @param {object} run
 * @param {Iterable<Source>} run.sources
 * @param {Pool} run.pool
 * @param {Sink} run.sink
 * @param {Terms} run.terms
 * @param {AbortSignal} run.signal
 * @param {(outcome: Outcome, written: boolean) => void} run.report
 * @returns {Promise<Blob | null>}  what is left to be downloaded, if anything is; if
 *   nothing was written there is no result at all
 */
export async function deidentify({ sources, pool, sink, terms, signal, report }) {
  const stop = () => pool.restart()
  signal.addEventListener('abort', stop, { once: true })
  try {
    let empty = true
    for await (const outcome of pool.deidentify(sources, sink.form, terms)) {
      signal.throwIfAborted()
      const { source, reply } = outcome
      const written =
        reply.type === 'deidentified' &&
        source.file !== null &&
        (await sink.add(source.file, reply))
      empty &&= !written
      report(outcome, written)
    }
    signal.throwIfAborted()
    if (empty) {
      await sink.abort()
      return null
    }
    return await sink.close()
  } catch (error) {
    await sink.abort().catch(() => {})
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
