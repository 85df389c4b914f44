/** Why a setting cannot be followed, in the words of the page where it has them. */

import { has, locale, say } from '../words.js'
import { paired } from './dom.js'

/** @import { Refusal } from '../shared/protocol.js' */

/**
 * @param {Refusal} refusal
 * @returns {{ text: string, lang: string }}  what the engine alone has words for, it says
 *   in English
 */
export function refusalInWords({ reason, why }) {
  if (!why || !has(`refused.${why.code}`)) {
    return { text: reason, lang: 'en' }
  }
  const named = { ...why.named }
  if (named.must) {
    named.must = say(`refused.must.${named.must}`, named)
  }
  const text = say(`refused.${why.code}`, named)
  return { text: paired(why.entry, text), lang: locale() }
}
