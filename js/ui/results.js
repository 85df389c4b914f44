/** What came of the run, in figures, and the result itself. */

import { has, say } from '../words.js'
import { byId, count, duration, many, save } from './dom.js'

/** @import { State } from '../state.js' */

/** Action codes of PS3.15 Table E.1-1a that are told, and one that is told if met. */
const ACTIONS = ['X', 'Z', 'D', 'U', 'C']
const RARE = 'C'

/** Places of a note that are shown. */
const PLACES = 12

/** @param {State} state */
export function resultsView(state) {
  /** @type {HTMLButtonElement} */
  const button = byId('download')
  button.onclick = () => {
    if (state.result) {
      save(state.result.blob, state.result.name)
      state.set({ downloaded: true })
    }
  }

  state.addEventListener('change', () => {
    const over = state.name === 'done' || state.name === 'failed'
    const section = byId('results')
    section.hidden = !over
    byId('no-results').hidden = over
    if (!over) {
      return
    }
    section.dataset.outcome = state.name
    byId('verdict').textContent = verdict(state)
    button.hidden = !state.result
    button.textContent = say(`results.download.${state.mode}`)
    byId('counts').replaceChildren(...figures(state))
    byId('notes').replaceChildren(...notes(state))
  })
}

/** @param {State} state */
function verdict({ name, failure, refusal, tally, started, stopped, left, savedAs }) {
  if (name === 'failed') {
    return refusal || say(`failure.${failure}`)
  }
  const time = duration(stopped - started)
  const parts = [many('results.done', tally.written, { time })]
  if (left) {
    parts.push(many('results.left', left))
  }
  if (tally.problems.length) {
    parts.push(many('count.problems', tally.problems.length))
  }
  if (tally.duplicates) {
    parts.push(many('results.duplicates', tally.duplicates))
  }
  if (savedAs) {
    parts.push(say('results.saved', { name: savedAs }))
  }
  return parts.join(' · ')
}

/** @param {State} state */
function figures({ name, tally }) {
  if (name !== 'done') {
    return []
  }
  const shown = ACTIONS.filter((code) => code !== RARE || tally.counts[code])
  return shown.map((code) => {
    const pair = document.createElement('div')
    pair.dataset.code = code
    const term = document.createElement('dt')
    term.textContent = say(`action.${code}`)
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
    item.textContent = `${many('count.instances', instances)}: ${has(`note.${code}`) ? say(`note.${code}`) : code}`
    if (where) {
      const place = document.createElement('code')
      place.textContent = where
      item.append(' ', place)
    }
    return item
  })
}
