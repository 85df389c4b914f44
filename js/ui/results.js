/** What came of the run, in figures, and the result itself. */

import { byId, count, duration, plural } from './dom.js'
import { FAILURES, NOTES } from './words.js'

/** @import { State } from '../state.js' */

/** Action codes of PS3.15 Table E.1-1a in plain words. */
const ACTIONS = {
  X: 'removed',
  Z: 'emptied',
  D: 'replaced',
  U: 'UIDs replaced',
  C: 'cleaned',
}

/** Places of a note that are shown. */
const PLACES = 12

/** @param {State} state */
export function resultsView(state) {
  /** @type {HTMLButtonElement} */
  const button = byId('download')
  button.onclick = () => state.result && download(state.result)

  state.addEventListener('change', () => {
    const over = state.name === 'done' || state.name === 'failed'
    const section = byId('results')
    section.hidden = !over
    if (!over) {
      return
    }
    section.dataset.outcome = state.name
    byId('verdict').textContent = verdict(state)
    button.hidden = !state.result
    button.textContent =
      state.mode === 'single' ? 'Download anonymized file' : 'Download Study ZIP'
    byId('counts').replaceChildren(...figures(state))
    byId('notes').replaceChildren(...notes(state))
  })
}

/** @param {State} state */
function verdict({ name, failure, refusal, tally, started, stopped, savedAs }) {
  if (name === 'failed') {
    return refusal || (FAILURES[failure] ?? FAILURES['output-failed'])
  }
  const parts = [
    `${plural(tally.written, 'instance')} de-identified in ${duration(stopped - started)}`,
  ]
  if (tally.problems.length) {
    parts.push(`${count(tally.problems.length)} not written`)
  }
  if (tally.duplicates) {
    parts.push(`${plural(tally.duplicates, 'duplicate')} left out`)
  }
  if (savedAs) {
    parts.push(`saved as ${savedAs}`)
  }
  return parts.join(' · ')
}

/** @param {State} state */
function figures({ name, tally }) {
  if (name !== 'done') {
    return []
  }
  const shown = Object.entries(ACTIONS).filter(
    ([code]) => code !== 'C' || tally.counts.C,
  )
  return shown.map(([code, words]) => {
    const pair = document.createElement('div')
    pair.dataset.code = code
    const term = document.createElement('dt')
    term.textContent = `Elements ${words}`.replace('Elements UIDs', 'UIDs')
    const figure = document.createElement('dd')
    figure.textContent = count(tally.counts[code] ?? 0)
    pair.append(term, figure)
    return pair
  })
}

/** @param {State} state */
function notes({ tally }) {
  return Object.entries(tally.notes).map(([code, { instances, places }]) => {
    const item = document.createElement('li')
    const where = [...places].filter(Boolean).slice(0, PLACES).join(', ')
    item.textContent = `${plural(instances, 'instance')}: ${NOTES[code] ?? code}`
    if (where) {
      const place = document.createElement('code')
      place.textContent = where
      item.append(' ', place)
    }
    return item
  })
}

/** @param {{ blob: Blob, name: string }} result */
function download({ blob, name }) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // the browser has begun to read it by then
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
