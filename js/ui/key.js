/** Where new IDs come from. What is entered is neither kept nor sent anywhere. */

import { byId } from './dom.js'

/** @import { KeyChoice } from '../agreement.js' */

/** @returns {() => KeyChoice}  what is wanted now */
export function keyView() {
  /** @type {HTMLSelectElement} */
  const kind = byId('key')
  /** @type {HTMLInputElement} */
  const passphrase = byId('passphrase')
  kind.onchange = () => {
    for (const hint of byId('key-hints').children) {
      hint.toggleAttribute('hidden', hint.getAttribute('data-key') !== kind.value)
    }
    byId('passphrase-row').hidden = kind.value !== 'passphrase'
  }
  return () => ({
    kind: /** @type {KeyChoice['kind']} */ (kind.value),
    passphrase: passphrase.value,
  })
}
