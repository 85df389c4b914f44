/**
 * How many requests page and engines have made since they were loaded: it stays at 0,
 * unless an engine has to be started anew.
 */

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
  let loaded = false
  const render = () => {
    byId('requests').textContent = loaded ? many('trust.requests', made) : ''
  }
  loading.then(() =>
    // an engine's list comes a little after it
    setTimeout(() => {
      loaded = true
      made = 0
      render()
    }, SETTLES),
  )
  const count = (/** @type {number} */ more) => {
    made += more
    render()
  }
  new PerformanceObserver((list) => {
    count(list.getEntries().filter(({ name }) => !name.startsWith('blob:')).length)
  }).observe({ type: 'resource' })
  // an engine has a list of its own, and tells
  new BroadcastChannel('cordon-requests').onmessage = ({ data }) => count(data)
  state.addEventListener('change', render)
}
