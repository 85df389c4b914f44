/**
 * What was not written and why: a list of causes, and a dialog with each file, grouped
 * by cause. A source is a number; its name is shown only when asked for, and only here.
 */

import { byCause, canRetry, ERRORS_FILE, errorsText } from '../errors.js'
import { placeOf } from '../tally.js'
import { visible } from '../visible.js'
import { has, say } from '../words.js'
import { dialog } from './dialog.js'
import { byId, clone, count, many } from './dom.js'
import { part, row } from './elements.js'
import { saveText } from './files.js'

/**
 * @import { State } from '../state.js'
 * @import { Line } from '../tally.js'
 */

/** Rows of a group that are shown. */
const SHOWN = 200

/**
 * @param {State} state
 * @param {object} actions
 * @param {() => void} actions.retry  what may go well the next time
 */
export function errorsView(state, { retry }) {
  const panel = dialog('errors-dialog')
  /** @type {HTMLInputElement} */
  const names = byId('errors-names')

  function render() {
    const { problems } = state.tally
    const { over } = state
    byId('errors').hidden = !over || !problems.length
    byId('causes').replaceChildren(...(over ? byCause(problems).map(cause) : []))
    if (panel.open) {
      detail()
    }
  }

  function detail() {
    const { problems } = state.tally
    const shown = byId('problems')
    const unfolded = shown.querySelectorAll('details[open] > summary > code')
    const open = new Set([...unfolded].map(({ textContent }) => textContent))
    shown.replaceChildren(
      ...byCause(problems).map(([code, lines]) => {
        const element = section(code, lines, names.checked)
        element.toggleAttribute('open', open.has(code))
        return element
      }),
    )
    const again = problems.filter(canRetry).length
    const waiting = Boolean(state.result && !state.downloaded)
    byId('errors-retry').toggleAttribute('disabled', !again || waiting)
    byId('retry-hint').textContent = hint(again, waiting)
  }

  /**
   * @param {number} again
   * @param {boolean} waiting
   */
  function hint(again, waiting) {
    if (!again) {
      return say('errors.retry.none')
    }
    if (waiting) {
      return say('errors.retry.waiting')
    }
    return many(`errors.retry.hint.${state.mode}`, again)
  }

  names.onchange = detail
  panel.addEventListener('opening', detail)
  panel.addEventListener('close', () => {
    // names are shown for one look
    names.checked = false
    byId('problems').replaceChildren()
  })
  byId('errors-save').onclick = () =>
    saveText(errorsText(state.tally.problems), ERRORS_FILE)
  byId('errors-retry').onclick = () => {
    panel.close()
    retry()
  }
  state.addEventListener('change', render)
}

/** @param {[string, Line[]]} group */
function cause([code, lines]) {
  const element = clone('cause')
  fillHead(element, code, lines.length)
  return element
}

/**
 * @param {string} code
 * @param {Line[]} lines
 * @param {boolean} named
 */
function section(code, lines, named) {
  const element = clone('problem-group')
  fillHead(element, code, lines.length)
  part(element, '.group-advice').textContent = say(`problem.${known(code)}.advice`)
  part(element, 'tbody').append(
    ...lines.slice(0, SHOWN).map((line) => row(texts(line, named))),
  )
  const more = lines.length - SHOWN
  part(element, '.group-more').hidden = more <= 0
  part(element, '.group-more').textContent = more > 0 ? many('count.more', more) : ''
  return element
}

/**
 * @param {HTMLElement} element
 * @param {string} code
 * @param {number} number
 */
function fillHead(element, code, number) {
  part(element, '.group-count').textContent = many('count.files', number)
  part(element, '.group-title').textContent = say(`problem.${known(code)}`)
  part(element, 'code').textContent = code
}

/** @param {string} code */
function known(code) {
  return has(`problem.${code}`) ? code : 'engine-error'
}

/**
 * @param {Line} problem
 * @param {boolean} named
 */
function texts(problem, named) {
  const { number, path, code, at } = problem
  return [
    named || !number ? visible(path) : say('errors.number', { number }),
    typeof at === 'string' ? `${code} ${placeOf(problem)}`.trim() : code,
    typeof at === 'number' ? count(at) : '',
  ]
}
