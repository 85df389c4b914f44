/** The engines' state, in the page's header. */

import { byId, plural } from './dom.js'

/** @import { Pool } from '../pool.js' */

/** @param {Pool} pool */
export function enginesView(pool) {
  const status = byId('engines')
  const render = () => {
    const { ready, size, from, failed } = pool.state
    if (ready) {
      status.dataset.engines = ready < size ? 'booting' : 'ready'
      status.textContent =
        ready < size
          ? `Engine ready · ${ready} of ${plural(size, 'worker')}`
          : `Engine ready · ${plural(size, 'worker')}`
      status.dataset.from = from
    } else {
      status.dataset.engines = failed ? 'failed' : 'booting'
      status.textContent = failed ? 'Engine cannot start' : 'Starting engine'
    }
  }
  pool.addEventListener('change', render)
  render()
}
