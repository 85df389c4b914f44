/** What settings and their values are called. */

import { say } from '../words.js'
import { count } from './dom.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { Value } from '../settings/settings.js'
 */

/** Why a key is not followed, in the order in which that is said. */
const WHYS = /** @type {const} */ (['locked', 'value', 'unknown'])

/** @param {string} key  of a setting */
export function titleOf(key) {
  return say(`${key}.title`)
}

/**
 * @param {string} key  of a setting
 * @param {Value} value
 */
export function wordsFor(key, value) {
  switch (typeof value) {
    case 'boolean':
      return say(value ? 'value.on' : 'value.off')
    case 'number':
      return count(value)
    case 'string':
      return say(`${key}.${value}`)
    default:
      return value.join(', ') || say('value.none')
  }
}

/**
 * Say which keys are not followed, and why: a sentence for each reason.
 *
 * @param {string[]} keys
 * @param {Choices} choices
 */
export function refusals(keys, choices) {
  return WHYS.flatMap((why) => {
    const found = keys.filter((key) => choices.why(key) === why)
    const names = why === 'unknown' ? found : found.map(titleOf)
    const sentence = () => say(`options.refused.${why}`, { keys: names.join(', ') })
    return names.length ? [sentence()] : []
  })
}
