/**
 * The program: sources through the pool into the sink, and a word on each outcome.
 * Everything else serves this loop.
 */

/**
 * @import { Pool } from './pool.js'
 * @import { Entry, Outcome, Sink, Source, Terms } from './shared/protocol.js'
 */

/**
 * @param {object} run
 * @param {Iterable<Source>} run.sources
 * @param {Pool} run.pool
 * @param {Sink} run.sink
 * @param {Terms} run.terms
 * @param {boolean} run.directory  whether the result is to have a DICOMDIR
 * @param {AbortSignal} run.signal  to drop everything
 * @param {AbortSignal} run.enough  to begin nothing more and finish the result
 * @param {(outcome: Outcome, name: string | null) => void} run.report
 * @param {() => [string, Uint8Array<ArrayBuffer>][]} run.extras  files of our own for
 *   the result, asked for at its end
 * @returns {Promise<Blob | null>}  what is left to be downloaded, if anything is; if
 *   nothing was written there is no result at all
 */
export async function deidentify(run) {
  const { sources, pool, sink, terms, directory, signal, enough, report } = run
  const stop = () => pool.restart()
  for (const one of [signal, enough]) {
    one.addEventListener('abort', stop, { once: true })
  }
  try {
    /** @type {Entry[]} */
    const entries = []
    let empty = true
    for await (const outcome of pool.deidentify(sources, sink.form, terms)) {
      signal.throwIfAborted()
      if (enough.aborted) {
        break
      }
      const { source, reply } = outcome
      const name =
        reply.type === 'deidentified' && source.file
          ? await sink.add(source.file, reply)
          : null
      if (name !== null && reply.type === 'deidentified') {
        empty = false
        if (directory) {
          entries.push([name, reply.entry])
        }
      }
      report(outcome, name)
    }
    signal.throwIfAborted()
    if (empty) {
      await sink.abort()
      return null
    }
    for (const [name, bytes] of run.extras()) {
      await sink.attach?.(name, bytes)
    }
    return await sink.close(directory ? await pool.directory(entries) : undefined)
  } catch (error) {
    await sink.abort().catch(() => {})
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    enough.removeEventListener('abort', stop)
  }
}
