/** Where new IDs come from. What is entered is neither kept nor sent anywhere. */

import { say } from '../words.js'
import { byId } from './dom.js'

/**
 * @import { KeyChoice } from '../agreement.js'
 * @import { Choices } from '../settings/choices.js'
 */

/**
 * @param {Choices} choices
 * @returns {() => KeyChoice}  what is wanted now
 */
export function keyView(choices) {
  /** @type {HTMLSelectElement} */
  const kind = byId('key')
  /** @type {HTMLInputElement} */
  const passphrase = byId('passphrase')
  const render = () => {
    const traceable = kind.value === 'random' && choices.flag('retain_uids')
    const hint = byId('key-hint')
    hint.dataset.text = traceable ? 'key.random.uids' : `key.${kind.value}.hint`
    hint.textContent = say(hint.dataset.text)
    byId('passphrase-row').hidden = kind.value !== 'passphrase'
  }
  kind.onchange = render
  choices.addEventListener('change', render)
  render()
  return () => ({
    kind: /** @type {KeyChoice['kind']} */ (kind.value),
    passphrase: passphrase.value,
  })
}
