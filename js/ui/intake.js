/** Choosing what to de-identify: radios, two inputs, and the page as a drop target. */

import { AT_ONCE } from '../headers.js'
import { dropped } from '../source/drop.js'
import { say } from '../words.js'
import { paced } from './aloud.js'
import { byId, many, paired, size } from './dom.js'
import { chosen } from './files.js'

/**
 * @import { Found } from '../shared/protocol.js'
 * @import { Contents, Mode, State } from '../state.js'
 */

const LEVELS = /** @type {const} */ (['patients', 'studies', 'series', 'instances'])

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
  const tell = summaryOf(state)

  state.addEventListener('change', () => {
    const busy = state.name === 'running' || state.listing
    for (const input of [...radios, ...inputs, trial]) {
      input.disabled = busy
    }
    for (const radio of radios) {
      radio.checked = radio.value === state.mode
    }
    tell()
  })
}

/** @param {State} state  @returns {() => void}  tells what was given */
function summaryOf(state) {
  const said = byId('summary-said')
  const speak = (/** @type {string} */ text) => {
    if (text !== said.textContent) {
      said.textContent = text
    }
  }
  const speakAtTimes = paced(speak)
  return () => {
    const { listing, sources, contents } = state
    const texts = [files(state), contents ? figures(contents) : '']
    const [known, there] = ['files', 'contents'].map((one) => byId(`summary-${one}`))
    known.textContent = texts[0]
    there.textContent = texts[1]
    // it has its room before it is known
    const awaited = sources.length > 0 && sources.length <= AT_ONCE && !listing
    there.hidden = !contents && !awaited
    const text = texts.filter(Boolean).join(' · ')
    listing ? speakAtTimes(text) : speak(text)
  }
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
function files({ sources, bytes, listing }) {
  if (!sources.length) {
    return listing ? say('intake.listing') : ''
  }
  const found = `${many('count.files', sources.length)} · ${size(bytes)}`
  return listing ? paired(say('intake.listing'), found) : found
}

/** @param {Contents} contents */
function figures(contents) {
  const told = LEVELS.map((level) => many(`count.${level}`, contents[level]))
  const odd = contents.odd ? [many('count.odd', contents.odd)] : []
  return [...told, ...odd].join(' · ')
}
