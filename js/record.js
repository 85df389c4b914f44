/** What is logged of the page's doings, and at which level. */

import { described } from './log.js'

/**
 * @import { Log } from './log.js'
 * @import { Pool } from './pool.js'
 * @import { State } from './state.js'
 * @import { Line } from './tally.js'
 */

/** Failures that are the machine's; others are choices that the page speaks about. */
const FAULTS = ['no-engine', 'output-failed', 'storage-full']

/**
 * @param {Log} log
 * @param {State} state
 * @param {Pool} pool
 */
export function record(log, state, pool) {
  recordEngines(log, pool)
  recordRuns(log, state)
}

/**
 * @param {Log} log
 * @param {Pool} pool
 */
function recordEngines(log, pool) {
  pool.addEventListener('engine', (event) => {
    const { engine, message } = /** @type {CustomEvent} */ (event).detail
    if (log.has('trace')) {
      log.say('trace', 'message', { engine, ...described(message) })
    }
    if (message.type === 'booted') {
      log.say('info', 'engine-ready', { engine, from: message.from })
    } else if (message.error === 'EngineDied') {
      log.say('warn', 'engine-lost', { engine })
    }
  })
  let failed = false
  pool.addEventListener('change', () => {
    if (pool.state.failed && !failed) {
      log.say('error', 'no-engine')
    }
    failed = pool.state.failed
  })
}

/**
 * @param {Log} log
 * @param {State} state
 */
function recordRuns(log, state) {
  let before = state.name
  let tally = state.tally
  let told = 0
  state.addEventListener('change', () => {
    if (state.name === 'running' && before !== 'running') {
      log.say('info', 'run-begins', {
        files: state.queued.length,
        bytes: state.queuedBytes,
      })
    }
    if (state.tally !== tally) {
      tally = state.tally
      told = 0
    }
    for (; told < tally.lines.length; told++) {
      recordFile(log, tally.lines[told])
    }
    if (before === 'running' && state.name !== 'running') {
      recordEnd(log, state)
    }
    before = state.name
  })
}

/**
 * @param {Log} log
 * @param {Line} line
 */
function recordFile(log, { number, path, outcome, code, at, name, bytesIn, bytesOut }) {
  if (outcome === 'deidentified') {
    log.say('debug', outcome, { file: number, path, bytesIn, bytesOut, name })
  } else {
    log.say('info', outcome, { file: number, code, at })
    log.say('debug', 'named', { file: number, path })
  }
}

/**
 * @param {Log} log
 * @param {State} state
 */
function recordEnd(log, { name, failure, tally, started, stopped, left }) {
  const facts = {
    ...{ written: tally.written, problems: tally.problems.length, left },
    ms: Math.round(stopped - started),
  }
  if (name === 'failed') {
    log.say(FAULTS.includes(failure) ? 'error' : 'info', 'run-failed', {
      cause: failure,
      ...facts,
    })
  } else {
    log.say('info', name === 'done' ? 'run-done' : 'run-cancelled', facts)
  }
}
