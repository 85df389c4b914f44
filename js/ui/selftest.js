/** The self-test: one press, the matrix of what had to happen and what did, a report. */

import { csvOf, factsOf, isFine, recordOf } from '../proof/record.js'
import { changed, ENGINE } from '../settings/settings.js'
import { say } from '../words.js'
import { byId, count } from './dom.js'
import { described } from './elements.js'
import { saveText } from './files.js'
import { documentOf, matrix } from './matrix.js'
import { refusalInWords } from './refusal.js'

/**
 * @import { App } from '../app.js'
 * @import { Pool } from '../pool.js'
 * @import { Record } from '../proof/record.js'
 * @import { Choices } from '../settings/choices.js'
 * @import { State } from '../state.js'
 *
 * @typedef {object} Parts
 * @property {Pool} pool
 * @property {Choices} choices
 * @property {App} app
 *
 * @typedef {object} Told
 * @property {boolean} good
 * @property {string} text
 */

const NAME = 'cordon-self-test'

/** Facts that the dialog shows; a report has them all. */
const SHOWN = ['profile', 'cordon', 'build', 'browser', 'created']

/**
 * @param {State} state
 * @param {Parts} parts
 */
export function selftestView(state, { pool, choices, app }) {
  /** @type {HTMLDialogElement} */
  const dialog = byId('selftest')
  /** @type {HTMLButtonElement} */
  const button = byId('selftest-run')
  /** @type {HTMLInputElement} */
  const failures = byId('selftest-failures')
  /** @type {Record | null} */
  let record = null
  /** Under which the record was made. */
  let settings = ''
  let refusal = ''
  let busy = false

  const render = () => {
    button.disabled = state.name === 'running'
    // disabled, it would lose focus
    button.ariaDisabled = String(busy)
    button.textContent = say(record ? 'selftest.again' : 'selftest.run')
    byId('selftest-settings').textContent = inWords(choices)
    byId('selftest-found').hidden = !record
    const { good, text } = told()
    byId('selftest-verdict').textContent = text
    byId('selftest-verdict').dataset.good = busy ? '' : String(good)
    if (record) {
      show(record, failures.checked)
    }
  }
  /** @returns {Told} */
  const told = () => {
    if (busy || !record) {
      const text = busy ? say('selftest.running') : refusal
      return { good: false, text }
    }
    return settings === choices.settings
      ? verdict(record)
      : { good: false, text: say('selftest.stale') }
  }

  button.onclick = async () => {
    if (busy) {
      return
    }
    busy = true
    record = null
    render()
    settings = choices.settings
    const asked = engineValues(choices)
    const reply = await pool.selfTest(settings)
    if (reply.type === 'self-tested') {
      // without a network there is nothing to learn it from
      const build = await app.learn().catch(() => '')
      record = recordOf(reply.made, build, asked)
    } else {
      refusal =
        reply.type === 'refused'
          ? say('selftest.refused', {
              setting: reply.setting,
              reason: refusalInWords(reply).text,
            })
          : say('selftest.broken')
    }
    busy = false
    render()
  }
  failures.onchange = render
  dialog.addEventListener('opening', render)
  state.addEventListener('change', () => dialog.open && render())
  reports(() => record && { record, verdict: verdict(record).text })
}

/** All settings of a run, as chosen. @param {Choices} choices */
function engineValues({ values }) {
  return Object.fromEntries(Object.keys(ENGINE).map((key) => [key, values[key]]))
}

/**
 * @param {Record} record
 * @returns {Told}
 */
function verdict({ places, passed, asked }) {
  const wrong = places.filter((one) => !isFine(one)).length
  if (asked && !wrong) {
    return { good: false, text: say('selftest.other-settings') }
  }
  const all = places.length
  const number = passed ? all : wrong
  const values = { number, count: count(number), all: count(all) }
  return {
    good: passed,
    text: say(passed ? 'selftest.passed' : 'selftest.wrong', values),
  }
}

/**
 * Name the settings that a test would be made under.
 *
 * @param {Choices} choices
 */
function inWords(choices) {
  const keys = Object.keys(changed(choices.values, ENGINE))
  const settings = keys.map((key) => say(`${key}.title`)).join(' · ')
  return settings
    ? say('selftest.settings', { settings })
    : say('selftest.settings.default')
}

/**
 * @param {Record} record
 * @param {boolean} failuresOnly
 */
function show(record, failuresOnly) {
  const { places } = record
  const shown = failuresOnly ? places.filter((one) => !isFine(one)) : places
  const facts = factsOf(record).filter(([name]) => SHOWN.includes(name))
  byId('selftest-facts').replaceChildren(
    ...facts.flatMap(([name, value]) =>
      described(say(`selftest.fact.${name}`), String(value)),
    ),
  )
  byId('selftest-shown').textContent = say('selftest.shown', {
    ...{ number: shown.length, count: count(shown.length), all: count(places.length) },
  })
  byId('selftest-matrix').replaceChildren(matrix({ ...record, places: shown }))
}

/** @param {() => { record: Record, verdict: string } | null} last */
function reports(last) {
  /** @type {[kind: string, write: (record: Record, verdict: string) => string][]} */
  const kinds = [
    ['json', (record) => `${JSON.stringify(record, null, 1)}\n`],
    ['csv', csvOf],
    ['html', documentOf],
  ]
  for (const [kind, write] of kinds) {
    byId(`selftest-${kind}`).onclick = () => {
      const made = last()
      if (made) {
        saveText(write(made.record, made.verdict), `${NAME}.${kind}`)
      }
    }
  }
}
