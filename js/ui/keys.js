/**
 * Keys that do what buttons do, where nothing else wants them: not in a field, not in
 * a dialog, and not if they are turned off.
 */

import { open } from './dialog.js'
import { byId } from './dom.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { State } from '../state.js'
 */

/** Where typing means something else. */
const FIELDS = 'input:not([type=checkbox], [type=radio], [type=file]), select, textarea'

/**
 * @param {State} state
 * @param {Choices} choices
 */
export function keysView(state, choices) {
  /** @type {HTMLInputElement} */
  const box = byId('choice-shortcuts')
  box.onchange = () => choices.set({ shortcuts: box.checked })
  document.addEventListener('keydown', (event) => {
    const target = /** @type {Element} */ (event.target)
    const elsewhere =
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.repeat ||
      event.defaultPrevented ||
      target.closest(FIELDS)
    if (
      elsewhere ||
      !choices.flag('shortcuts') ||
      document.querySelector('dialog:modal')
    ) {
      return
    }
    const action = actionFor(event, state)
    if (action) {
      event.preventDefault()
      action()
    }
  })
}

/**
 * @param {KeyboardEvent} event
 * @param {State} state
 * @returns {(() => void) | undefined}
 */
function actionFor({ key, shiftKey, target }, { name }) {
  switch (key.toLowerCase()) {
    case 'o':
      return () => byId(shiftKey ? 'pick-folder' : 'pick-file').click()
    case '?':
      return () => open('help-dialog')
    case 'escape':
      return name === 'running' ? () => byId('cancel').click() : undefined
    case 'enter':
      // a result that is there is not given up by a key
      return target === document.body && ['ready', 'failed'].includes(name)
        ? () => byId('process').click()
        : undefined
  }
}
