/** How many workers there are, why, and what they need in memory. */

import { say } from '../words.js'
import { byId, decimal, many, size } from './dom.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { Suited } from '../suited.js'
 */

/**
 * @param {Choices} choices
 * @param {EventTarget} state  changes when the language does
 * @param {Suited} suited
 */
export function workersView(choices, state, suited) {
  const render = () => {
    const chosen = choices.number('workers')
    byId('workers-why').textContent = why(chosen, suited)
    byId('workers-memory').textContent = say('workers.memory', {
      each: size(suited.each),
      all: size(suited.each * (chosen || suited.size)),
    })
  }
  choices.addEventListener('change', render)
  state.addEventListener('change', render)
  render()
}

/**
 * @param {number} chosen  0 for automatic
 * @param {Suited} suited
 */
function why(chosen, suited) {
  const automatic = many('count.workers', suited.size)
  if (chosen) {
    return say('workers.own', { workers: many('count.workers', chosen), automatic })
  }
  return say(suited.told ? 'workers.why' : 'workers.why.untold', {
    workers: automatic,
    cores: many('count.cores', suited.cores),
    memory: `${decimal(suited.memory, suited.memory < 1 ? 2 : 0)} ${say('unit.gigabyte')}`,
  })
}
