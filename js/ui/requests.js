/**
 * How many requests page and engines have made since they were loaded: it stays at 0,
 * unless engines have to be started anew, which is told. A request that the browser
 * answers itself is one all the same.
 */

import { REQUESTS } from '../engine.js'
import { say } from '../words.js'
import { byId, many } from './dom.js'

/** @import { State } from '../state.js' */

/** Milliseconds after the last part has been loaded. */
const SETTLES = 500

/**
 * @param {State} state
 * @param {Promise<unknown>} loading  ends when there is nothing more to load
 */
export function requestsView(state, loading) {
  let made = 0
  /** An engine has fetched something. */
  let anew = false
  let loaded = false
  const render = () => {
    const why = anew ? ` (${say('trust.engines')})` : ''
    byId('requests').textContent = loaded ? many('trust.requests', made) + why : ''
  }
  loading.then(() =>
    // an engine's list comes a little after it
    setTimeout(() => {
      loaded = true
      made = 0
      anew = false
      render()
    }, SETTLES),
  )
  new PerformanceObserver((list) => {
    made += list.getEntries().filter(({ name }) => !name.startsWith('blob:')).length
    render()
  }).observe({ type: 'resource' })
  // an engine has a list of its own, and tells
  new BroadcastChannel(REQUESTS).onmessage = ({ data }) => {
    made += data
    anew = true
    render()
  }
  state.addEventListener('change', render)
}
