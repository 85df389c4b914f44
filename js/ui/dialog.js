/**
 * Dialogs: `data-opens` on a button names the one it opens; `data-closes` is on what
 * closes the one around it. The browser closes on Esc and gives the focus back.
 */

import { byId } from './dom.js'

/** A dialog of this page. @param {string} id @returns {HTMLDialogElement} */
export function dialog(id) {
  return byId(id)
}

/** @param {string} id */
export function open(id) {
  const one = dialog(id)
  if (!one.open) {
    one.dispatchEvent(new Event('opening'))
    one.showModal()
  }
}

/** Let the buttons of the page open and close its dialogs. */
export function dialogs() {
  document.addEventListener('click', ({ target }) => {
    const button = /** @type {Element} */ (target).closest?.('button')
    const id = button?.dataset.opens
    if (id) {
      open(id)
    } else if (button && 'closes' in button.dataset) {
      button.closest('dialog')?.close()
    }
  })
}
