/**
 * Focus is never lost: where what has it is hidden or taken away, it goes on to the
 * first that is there of what `data-then` names, on the element or around it.
 */

import { byId } from './dom.js'

/** Watch where focus is, and what becomes of it. */
export function focusView() {
  /** @type {Element | null} */
  let last = null
  /** @type {HTMLElement | null} */
  let holder = null
  document.addEventListener('focusin', ({ target }) => {
    last = /** @type {Element} */ (target)
    holder = last.closest('[data-then]')
  })
  new MutationObserver(() => {
    if (holder && last && !last.checkVisibility() && isLost(last)) {
      handOn(holder.dataset.then ?? '')
    }
  }).observe(document.body, {
    ...{ subtree: true, childList: true },
    attributeFilter: ['hidden'],
  })
}

/** @param {Element} last  that had focus */
function isLost(last) {
  return [document.body, last].includes(document.activeElement ?? document.body)
}

/** @param {string} names  ids, the first choice first */
function handOn(names) {
  const next = names
    .split(' ')
    .map((id) => byId(id))
    .find((one) => one.checkVisibility() && !one.matches(':disabled'))
  next?.focus()
}
