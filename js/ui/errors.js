/**
 * What was not written and why, grouped by cause. A source is a number; its name is
 * shown only when asked for, and only here.
 */

import { byId, clone, count, plural } from './dom.js'
import { PROBLEMS } from './words.js'

/** @import { Problem, State } from '../state.js' */

/** Rows of a group that are shown. */
const SHOWN = 200

/** @param {State} state */
export function errorsView(state) {
  /** @type {HTMLInputElement} */
  const names = byId('show-names')
  const render = () => {
    const { problems } = state.tally
    const over = state.name === 'done' || state.name === 'failed'
    byId('errors').hidden = !over || !problems.length
    byId('problems').replaceChildren(
      ...(over ? [...group(problems)].map(([code, some]) => section(code, some)) : []),
    )
  }

  /**
   * @param {string} code
   * @param {Problem[]} problems
   */
  function section(code, problems) {
    const { title, advice } = PROBLEMS[code] ?? PROBLEMS['engine-error']
    const element = clone('problem-group')
    const part = (/** @type {string} */ selector) =>
      /** @type {HTMLElement} */ (element.querySelector(selector))
    part('.group-count').textContent = plural(problems.length, 'file')
    part('.group-title').textContent = title
    part('code').textContent = code
    part('.group-advice').textContent = advice
    part('tbody').append(...problems.slice(0, SHOWN).map(row))
    const more = problems.length - SHOWN
    part('.group-more').hidden = more <= 0
    part('.group-more').textContent = more > 0 ? `and ${count(more)} more` : ''
    return element
  }

  /** @param {Problem} problem */
  function row({ number, path, code, offset, place }) {
    const line = document.createElement('tr')
    const texts = [
      names.checked ? path : `File ${number}`,
      place ? `${code} ${place}` : code,
      offset === null ? '' : count(offset),
    ]
    line.append(
      ...texts.map((text) => {
        const cell = document.createElement('td')
        cell.textContent = text
        return cell
      }),
    )
    return line
  }

  names.onchange = render
  state.addEventListener('change', render)
}

/** @param {Problem[]} problems */
function group(problems) {
  /** @type {Map<string, Problem[]>} */
  const groups = new Map()
  for (const problem of problems) {
    const some = groups.get(problem.code) ?? []
    groups.set(problem.code, [...some, problem])
  }
  return groups
}
