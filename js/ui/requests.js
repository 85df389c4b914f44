/**
 * How many requests page and engines have made since they were loaded: it stays at 0,
 * unless an engine has to be started anew.
 */

import { byId, many } from './dom.js'

/**
 * @import { Pool } from '../pool.js'
 * @import { State } from '../state.js'
 */

/** Milliseconds after the last engine has started. */
const SETTLES = 500

/**
 * @param {Pool} pool
 * @param {State} state
 */
export function requestsView(pool, state) {
  let made = 0
  let loaded = false
  const render = () => {
    byId('requests').textContent = loaded ? many('trust.requests', made) : ''
  }
  const settle = () => {
    const { ready, size } = pool.state
    if (ready === size) {
      pool.removeEventListener('change', settle)
      // the last engine's list comes a little after it
      setTimeout(() => {
        loaded = true
        made = 0
        render()
      }, SETTLES)
    }
  }
  const count = (/** @type {number} */ more) => {
    made += more
    render()
  }
  new PerformanceObserver((list) => {
    count(list.getEntries().filter(({ name }) => !name.startsWith('blob:')).length)
  }).observe({ type: 'resource' })
  // an engine has a list of its own, and tells
  new BroadcastChannel('cordon-requests').onmessage = ({ data }) => count(data)
  pool.addEventListener('change', settle)
  state.addEventListener('change', render)
}
