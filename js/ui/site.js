/** What is wrong with the configuration of this site, if anything is. */

import { say } from '../words.js'
import { byId } from './dom.js'

/**
 * @import { Config } from '../config.js'
 * @import { State } from '../state.js'
 *
 * @param {Config} config
 * @param {State} state
 */
export function siteView({ unreadable, refused }, state) {
  const line = byId('config-said')
  line.hidden = !unreadable && !refused.length
  state.addEventListener('change', () => {
    line.textContent = unreadable
      ? say('config.unreadable')
      : say('config.refused', { keys: refused.join(', ') })
  })
}
