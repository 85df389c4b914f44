/** What the user gave, listed: nothing is read yet but the directories of archives. */

import { lookedInto, sizeOf } from './source/archive.js'

/**
 * @import { Found, Source } from './shared/protocol.js'
 * @import { State } from './state.js'
 */

/** Milliseconds between two looks at how far it is. */
const TICK = 250

/**
 * List files, in place of those that were listed before or still are.
 *
 * @param {State} state
 * @param {AsyncIterable<Found> | Iterable<Found>} given
 */
export async function list(state, given) {
  /** @type {Source[]} */
  const sources = []
  let bytes = 0
  const nothing = { contents: null, decided: 0, cancelled: false }
  state.set({ listing: true, sources, bytes, ...nothing })
  const overtaken = () => state.sources !== sources
  const ticker = setInterval(() => overtaken() || state.set({ bytes }), TICK)
  try {
    for await (const source of lookedInto(given)) {
      if (overtaken()) {
        return
      }
      sources.push({ ...source, number: sources.length + 1 })
      bytes += sizeOf(source)
    }
  } finally {
    clearInterval(ticker)
  }
  if (!overtaken()) {
    state.set({
      name: sources.length ? 'ready' : 'idle',
      mode: sources.length > 1 ? 'study' : state.mode,
      listing: false,
      bytes,
    })
  }
}
