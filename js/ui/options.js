/** How this run is to be: what the address asks for, and where new IDs come from. */

import { byId } from './dom.js'

/**
 * @import { Settings } from '../settings/settings.js'
 * @import { State } from '../state.js'
 */

/**
 * @param {State} state
 * @param {Settings} settings  those that are not the defaults
 * @param {string[]} refused  what the address asks for and may not
 */
export function optionsView(state, settings, refused) {
  /** @type {HTMLSelectElement} */
  const kind = byId('key')
  /** @type {HTMLInputElement} */
  const passphrase = byId('passphrase')
  const render = () => {
    for (const hint of byId('key-hints').children) {
      hint.toggleAttribute('hidden', hint.getAttribute('data-key') !== kind.value)
    }
    byId('passphrase-row').hidden = kind.value !== 'passphrase'
    const running = state.name === 'running'
    kind.disabled = running
    passphrase.disabled = running
  }
  byId('options').onsubmit = (event) => event.preventDefault()
  kind.onchange = render
  state.addEventListener('change', render)

  const list = byId('settings')
  list.replaceChildren(...Object.entries(settings).map(entry))
  byId('settings-row').hidden = !list.children.length
  const unknown = byId('refused')
  unknown.hidden = !refused.length
  unknown.textContent = `Not a setting, so ignored: ${refused.join(', ')}`

  return {
    /** What the user wants the key to be. */
    key: () => ({ kind: kind.value, passphrase: passphrase.value }),
  }
}

/** @param {[string, boolean | string | string[]]} setting */
function entry([key, value]) {
  const item = document.createElement('li')
  const code = document.createElement('code')
  code.textContent = `${key} = ${Array.isArray(value) ? value.join(', ') : value}`
  item.append(code)
  return item
}
