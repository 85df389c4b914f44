/**
 * How many requests page and engines have made since they were loaded: it stays at 0,
 * unless an engine has to be started anew.
 */

import { byId, many } from './dom.js'

/**
 * @import { Pool } from '../pool.js'
 * @import { State } from '../state.js'
 */

/**
 * @param {Pool} pool
 * @param {State} state
 */
export function requestsView(pool, state) {
  let made = 0
  let loaded = false
  const render = () => {
    const { ready, size } = pool.state
    if (!loaded && ready === size) {
      loaded = true
      made = 0
    }
    byId('requests').textContent = loaded ? many('trust.requests', made) : ''
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
  pool.addEventListener('change', render)
  state.addEventListener('change', render)
}
