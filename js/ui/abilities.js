/**
 * What this browser cannot do and what is done instead: under the choice of an output,
 * where folders are chosen, and before a run that memory may not hold.
 */

import { say } from '../words.js'
import { byId, size } from './dom.js'

/**
 * @import { Abilities } from '../abilities.js'
 * @import { Output } from '../sink/choose.js'
 * @import { State } from '../state.js'
 */

/** Bytes of sources that any browser may be trusted to hold the results of. */
const HELD = 1e9

/**
 * @param {State} state
 * @param {Abilities} can
 * @param {() => string} output  where a study goes
 */
export function abilitiesView(state, can, output) {
  const reasons = document.createElement('span')
  byId('choice-output-help').append(reasons)
  /** @type {HTMLSelectElement} */
  const select = byId('choice-output')
  for (const option of select.options) {
    option.disabled = can[/** @type {Output} */ (option.value)] === false
  }
  const folders = 'webkitdirectory' in HTMLInputElement.prototype
  byId('folders').hidden = !folders
  byId('no-folders').hidden = folders

  const memory = byId('memory')
  state.addEventListener('change', () => {
    reasons.textContent = lacks(can)
      .map((key) => say(`ability.${key}`))
      .join(' ')
    const tight =
      state.mode === 'study' && output() === 'download' && state.bytes > HELD
    const advice = can.storage ? 'choose' : 'less'
    const warning = tight ? say(`memory.${advice}`, { size: size(state.bytes) }) : ''
    memory.hidden = !tight
    // what is said again is read out again
    if (memory.textContent !== warning) {
      memory.textContent = warning
    }
  })
}

/** @param {Abilities} can  @returns {string[]} keys of what to say */
function lacks(can) {
  const missing = /** @type {Output[]} */ (['zip', 'folder', 'storage']).filter(
    (output) => !can[output],
  )
  if (missing.length && !isSecureContext) {
    return ['insecure']
  }
  if (can.zip) {
    return missing
  }
  const best = can.storage ? 'best.storage' : 'best.download'
  if (can.folder) {
    return [...missing, best]
  }
  // the browser could, but may not ask where it is a frame in another site's page
  const why = 'showDirectoryPicker' in globalThis ? 'framed' : 'pickers'
  return [why, ...missing.filter((output) => output === 'storage'), best]
}
