/**
 * What was not written and why, grouped by cause. A source is a number; its name is
 * shown only when asked for, and only here.
 */

import { placeOf } from '../tally.js'
import { has, say } from '../words.js'
import { byId, clone, count, many } from './dom.js'

/**
 * @import { State } from '../state.js'
 * @import { Line } from '../tally.js'
 */

/** Rows of a group that are shown. */
const SHOWN = 200

/** @param {State} state */
export function errorsView(state) {
  /** @type {HTMLInputElement} */
  const names = byId('show-names')
  const render = () => {
    const { problems } = state.tally
    const { over } = state
    byId('errors').hidden = !over || !problems.length
    byId('problems').replaceChildren(
      ...(over ? [...group(problems)].map(([code, some]) => section(code, some)) : []),
    )
  }

  /**
   * @param {string} code
   * @param {Line[]} problems
   */
  function section(code, problems) {
    const element = clone('problem-group')
    const part = (/** @type {string} */ selector) =>
      /** @type {HTMLElement} */ (element.querySelector(selector))
    part('.group-count').textContent = many('count.files', problems.length)
    part('.group-title').textContent = say(`problem.${code}`)
    part('code').textContent = code
    part('.group-advice').textContent = say(`problem.${code}.advice`)
    part('tbody').append(...problems.slice(0, SHOWN).map(row))
    const more = problems.length - SHOWN
    part('.group-more').hidden = more <= 0
    part('.group-more').textContent = more > 0 ? many('count.more', more) : ''
    return element
  }

  /** @param {Line} problem */
  function row(problem) {
    const { number, path, code, at } = problem
    const line = document.createElement('tr')
    const texts = [
      names.checked ? path : say('errors.number', { number }),
      typeof at === 'string' ? `${code} ${placeOf(problem)}`.trim() : code,
      typeof at === 'number' ? count(at) : '',
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

  names.addEventListener('change', render)
  state.addEventListener('change', render)
}

/** @param {Line[]} problems */
function group(problems) {
  /** @type {Map<string, Line[]>} */
  const groups = new Map()
  for (const problem of problems) {
    const code = has(`problem.${problem.code}`) ? problem.code : 'engine-error'
    const some = groups.get(code) ?? []
    some.push(problem)
    groups.set(code, some)
  }
  return groups
}
