/** The run: its buttons and how far it is. */

import { say } from '../words.js'
import { byId, count, duration, many, size } from './dom.js'

/** @import { State } from '../state.js' */

/**
 * @param {State} state
 * @param {object} actions
 * @param {() => void} actions.process
 * @param {() => void} actions.cancel
 * @param {() => void} actions.finish  stops, and keeps what is finished
 * @param {() => string} actions.destination  a word for where results go
 */
export function runView(state, { process, cancel, finish, destination }) {
  /** @type {HTMLButtonElement} */
  const start = byId('process')
  /** @type {HTMLButtonElement} */
  const stop = byId('cancel')
  /** @type {HTMLProgressElement} */
  const bar = byId('progress-bar')
  /** @type {HTMLButtonElement} */
  const keep = byId('finish')
  start.onclick = process
  stop.onclick = cancel
  keep.onclick = finish

  state.addEventListener('change', () => {
    const running = state.name === 'running'
    start.hidden = running
    start.disabled = state.listing || !state.sources.length
    if (running && stop.hidden) {
      stop.hidden = false
      stop.focus()
    }
    stop.hidden = !running
    keep.hidden = !running || state.mode === 'single'
    keep.disabled = !state.tally.written || state.finishing
    byId('destination').textContent = say(`destination.${destination()}`)
    byId('progress').hidden = !running
    if (running) {
      const share = progress(state)
      bar.value = share
      bar.setAttribute('aria-valuenow', String(share))
      byId('progress-share').textContent = `${share} %`
      figures(state)
    }
  })
}

/** @param {State} state  @returns {number} whole per cent */
export function progress({ queuedBytes, queued, tally }) {
  // every file counts a little, so that empty ones do too
  const all = queuedBytes + queued.length
  return all ? Math.floor((100 * (tally.bytes + tally.files)) / all) : 0
}

/** @param {State} state */
function figures({ tally, queued, queuedBytes, started }) {
  const elapsed = performance.now() - started
  const speed = tally.bytes / (elapsed / 1000)
  const left = speed ? (1000 * (queuedBytes - tally.bytes)) / speed : 0
  const problems = tally.problems.length
  const past = say('run.elapsed', { time: duration(elapsed) })
  const future = left > 2000 ? ` · ${say('run.left', { time: duration(left) })}` : ''
  const texts = {
    files: `${count(tally.files)} / ${many('count.files', queued.length)}`,
    speed: tally.files ? `${size(speed)}/s` : say('engine.starting'),
    time: past + future,
    problems: problems ? many('count.problems', problems) : '',
  }
  for (const [name, text] of Object.entries(texts)) {
    byId(`progress-${name}`).textContent = text
  }
}
