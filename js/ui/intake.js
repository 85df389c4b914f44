/** Choosing what to de-identify: radios, two inputs, and the page as a drop target. */

import { dropped } from '../source/drop.js'
import { say } from '../words.js'
import { byId, many, paired, size } from './dom.js'
import { chosen } from './files.js'

/**
 * @import { Found } from '../shared/protocol.js'
 * @import { Mode, State } from '../state.js'
 */

/**
 * @param {State} state
 * @param {object} actions
 * @param {(mode: Mode) => void} actions.choose
 * @param {(sources: AsyncIterable<Found> | Iterable<Found>) => void} actions.take
 * @param {() => void} actions.sample
 */
export function intakeView(state, { choose, take, sample }) {
  const radios = /** @type {NodeListOf<HTMLInputElement>} */ (
    document.querySelectorAll('input[name=mode]')
  )
  for (const radio of radios) {
    radio.onchange = () => choose(/** @type {Mode} */ (radio.value))
  }
  /** @type {HTMLInputElement[]} */
  const inputs = [byId('pick-folder'), byId('pick-file')]
  for (const { id } of inputs) {
    chosen(id, (files) =>
      take(files.map((file) => ({ path: file.webkitRelativePath || file.name, file }))),
    )
  }
  /** @type {HTMLButtonElement} */
  const trial = byId('sample')
  trial.onclick = sample
  acceptDrops(state, take)

  state.addEventListener('change', () => {
    const busy = state.name === 'running' || state.listing
    for (const input of [...radios, ...inputs, trial]) {
      input.disabled = busy
    }
    for (const radio of radios) {
      radio.checked = radio.value === state.mode
    }
    byId('summary').textContent = summary(state)
  })
}

/**
 * @param {State} state
 * @param {(sources: AsyncIterable<Found>) => void} take
 */
function acceptDrops(state, take) {
  const overlay = byId('overlay')
  const carriesFiles = (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.types.includes('Files')
  document.addEventListener('dragover', (event) => {
    if (carriesFiles(event)) {
      event.preventDefault()
      overlay.hidden = state.name === 'running' || state.listing
    }
  })
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) {
      overlay.hidden = true
    }
  })
  document.addEventListener('drop', (event) => {
    overlay.hidden = true
    if (event.dataTransfer && carriesFiles(event)) {
      event.preventDefault()
      if (state.name !== 'running' && !state.listing) {
        take(dropped(event.dataTransfer))
      }
    }
  })
}

/** @param {State} state */
function summary({ sources, bytes, listing }) {
  if (!sources.length) {
    return listing ? say('intake.listing') : ''
  }
  const files = `${many('count.files', sources.length)} · ${size(bytes)}`
  return listing ? paired(say('intake.listing'), files) : files
}
