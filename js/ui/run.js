/**
 * The run: two buttons, and how far it is. Drawn when the state changes, which it does
 * a few times a second while it runs; what is read aloud changes far more rarely.
 */

import { say } from '../words.js'
import { SAID_EVERY } from './aloud.js'
import { byId, count, decimal, duration, many, size } from './dom.js'
import { made } from './elements.js'
import { Pace } from './pace.js'
import { area, Series } from './plot.js'

/**
 * @import { Pool } from '../pool.js'
 * @import { State } from '../state.js'
 */

/** Values of the plot, at most, and the size of its drawing. */
const VALUES = 120
const WIDTH = 240
const HEIGHT = 40

/**
 * @param {State} state
 * @param {Pool} pool
 * @param {object} actions
 * @param {() => void} actions.process
 * @param {() => void} actions.cancel
 * @param {() => void} actions.finish  stops, and keeps what is finished
 * @param {() => string} actions.destination  a word for where results go
 */
export function runView(state, pool, { process, cancel, finish, destination }) {
  /** @type {HTMLButtonElement} */
  const start = byId('process')
  /** @type {HTMLButtonElement} */
  const stop = byId('cancel')
  const dashboard = dashboardOf(state, pool)
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
    keep.disabled = !state.tally.written || state.finishing || state.closing
    const where = state.continues ? 'continues' : destination()
    byId('destination').textContent = say(`destination.${where}`)
    byId('unplaced').hidden = !state.unplaced
    byId('progress').hidden = !running
    if (running) {
      dashboard()
    }
  })
}

/**
 * @param {State} state
 * @param {Pool} pool
 * @returns {() => void}  draws it
 */
function dashboardOf(state, pool) {
  const path = byId('plot').querySelector('path')
  let pace = new Pace(0)
  let plot = new Series(VALUES)
  let run = -1
  let said = 0
  let drawn = ''
  return () => {
    const now = performance.now()
    if (run !== state.started) {
      run = state.started
      pace = new Pace(run)
      plot = new Series(VALUES)
      said = now
      byId('progress-said').textContent = ''
    }
    const { tally, underway } = state
    pace.note(now, {
      files: tally.files,
      bytes: tally.bytes + underway,
      bytesOut: tally.bytesOut + underway,
    })
    plot.add(pace.speed.in)
    path?.setAttribute('d', area(plot.values, WIDTH, HEIGHT))
    figures(state, pace)
    const engines = JSON.stringify([pool.engines, document.documentElement.lang])
    if (engines !== drawn) {
      drawn = engines
      byId('engine-states').replaceChildren(...pool.engines.map(engineState))
    }
    if (now - said >= SAID_EVERY) {
      said = now
      const share = progress(state)
      byId('progress-said').textContent = say('run.said', {
        share,
        files: files(state),
      })
    }
  }
}

/** @param {State} state  @returns {number} whole per cent */
export function progress({ queuedBytes, queued, tally, underway }) {
  // every file counts a little, so that empty ones do too
  const all = queuedBytes + queued.length
  const bytes = Math.min(tally.bytes + underway, queuedBytes)
  return all ? Math.floor((100 * (bytes + tally.files)) / all) : 0
}

/** @param {State} state */
function files({ tally, queued }) {
  return `${count(tally.files)} / ${many('count.files', queued.length)}`
}

/**
 * @param {State} state
 * @param {Pace} pace
 */
function figures(state, pace) {
  const { tally, queued, queuedBytes, started } = state
  const { speed } = pace
  const share = progress(state)
  /** @type {HTMLProgressElement} */
  const bar = byId('progress-bar')
  bar.value = share
  bar.setAttribute('aria-valuenow', String(share))
  const begun = tally.files > 0
  const past = say('run.elapsed', { time: duration(performance.now() - started) })
  const left = pace.left({ files: queued.length, bytes: queuedBytes })
  const texts = {
    share: `${share} %`,
    files: files(state),
    rate: begun ? say('run.rate', { rate: few(speed.files) }) : say('engine.starting'),
    speed: begun ? say('run.speed', { in: size(speed.in), out: size(speed.out) }) : '',
    time: [past, ...remaining(left, state.closing)].join(' · '),
    problems: many('count.problems', tally.lost),
  }
  for (const [name, text] of Object.entries(texts)) {
    byId(`progress-${name}`).textContent = text
  }
}

/** @param {number} rate  with a digit more where it is low */
function few(rate) {
  return rate < 10 ? decimal(rate, 1) : count(rate)
}

/**
 * @param {number | null} left
 * @param {boolean} finishing  all files are done, and the result is being closed
 */
function remaining(left, finishing) {
  if (finishing) {
    return [say('run.finishing')]
  }
  return left === null ? [] : [say('run.left', { time: about(left) })]
}

/** @param {number} left  milliseconds, said no finer than they can be known */
function about(left) {
  const step = left < 10_000 ? 1 : left < 120_000 ? 5 : 60
  const seconds = Math.max(1, Math.ceil(left / 1000 / step) * step)
  return seconds < 60 ? `${count(seconds)} s` : duration(1000 * seconds)
}

/** @param {import('../pool.js').EngineState} engine */
function engineState({ number, doing, replaced }) {
  const word = doing === 'starting' && replaced ? 'replaced' : doing
  const text = say('run.engine', { number, doing: say(`run.engine.${word}`) })
  const times = replaced
    ? ` (${say('run.engine.times', { count: count(replaced) })})`
    : ''
  const item = made('li', text + times)
  item.dataset.doing = word
  return item
}
