/** What was delivered: version, use without a network, a newer version, a check. */

import { say } from '../words.js'
import { announce, byId, many } from './dom.js'

/**
 * @import { App } from '../app.js'
 * @import { State } from '../state.js'
 */

/** Digits of the build's sum that are shown. */
const DIGITS = 12

/** Names of files that are shown. */
const NAMES = 5

/**
 * @param {App} app
 * @param {State} state
 */
export function deliveryView(app, state) {
  const verified = byId('verified')
  let later = false
  byId('update-later').onclick = () => {
    later = true
    render()
  }
  byId('update-now').onclick = () => app.begin()
  // over plain HTTP there are no sums
  byId('verify').hidden = !isSecureContext
  byId('verify').onclick = async () => {
    announce(verified, () => say('app.verifying'))
    const found = await app.verify().catch(() => null)
    if (!found) {
      announce(verified, () => say('app.unverified'))
      return
    }
    const { files, differing } = found
    const number = differing.length || files
    const key = differing.length ? 'app.differs' : 'app.verified'
    const names = differing.slice(0, NAMES).join(', ')
    announce(verified, () => many(key, number, { names }))
  }

  const render = () => {
    const { version, blocked, offline } = app
    const build = app.build.slice(0, DIGITS)
    byId('version').textContent = build ? say('app.version', { version, build }) : ''
    byId('version').title = app.build
    byId('offline').textContent = offline ? say('app.offline') : ''
    byId('update').hidden = !app.update || later || state.name === 'running'
    byId('update-text').textContent = say(blocked ? 'app.update.tabs' : 'app.update')
  }
  app.addEventListener('change', render)
  state.addEventListener('change', render)
}
