/** The engines' state, in the page's header. */

import { say } from '../words.js'
import { byId, count, many } from './dom.js'

/** @import { Pool } from '../pool.js' */

/**
 * @param {Pool} pool
 * @param {EventTarget} state  changes when the language does
 */
export function enginesView(pool, state) {
  const status = byId('engines')
  const render = () => {
    const { ready, size, from, failed } = pool.state
    status.dataset.engines = ready === size ? 'ready' : failed ? 'failed' : 'booting'
    if (ready) {
      const workers = many('count.workers', size)
      status.textContent =
        ready < size
          ? say('engine.some', { ready: count(ready), workers })
          : say('engine.ready', { workers })
      status.dataset.from = from
    } else {
      status.textContent = say(failed ? 'engine.failed' : 'engine.starting')
    }
  }
  pool.addEventListener('change', render)
  state.addEventListener('change', render)
  render()
}
