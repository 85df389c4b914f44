/** Why a data element became what it is, in words: a short one and a sentence. */

import { say } from '../words.js'

/** @import { InspectedRow, Why } from '../shared/protocol.js' */

/** @param {Why} why  @param {InspectedRow} row */
export function shortly(why, row) {
  const short = say(`why.${why.by}.short`)
  if (why.option) {
    return why.option
  }
  return why.listed.includes('/') && row.code !== '+'
    ? `${short}, ${why.listed}`
    : short
}

/**
 * @param {Why} why
 * @param {InspectedRow} row
 * @param {string | null} iod
 */
export function inWords({ by, option, listed }, row, iod) {
  const { code = '', kind, vr } = row
  const facts = { code, option, listed, iod: iod ?? '' }
  const sentences = [
    by === 'replacement' && kind !== 'replaced' ? '' : say(`why.${by}`),
  ]
  if (option) {
    sentences.push(say('why.option'))
  }
  if (listed === 'C') {
    sentences.push(say('why.fallback'))
  } else if (listed && code !== '+') {
    sentences.push(iod ? say('why.type') : say('why.typeUnknown'))
  }
  if (by === 'replacement' && (code === 'X' || code === 'K')) {
    sentences.push(say('why.ignored'))
  } else if (by === 'private' && code !== 'X') {
    sentences.push(say('why.keptPrivate'))
  } else if (code === 'U' && kind === 'kept' && vr === 'UI') {
    sentences.push(say('why.registered'))
  } else if ('DZ'.includes(code) && kind === 'kept') {
    sentences.push(say('why.same'))
  }
  if (by === 'table' || by === 'addition') {
    facts.code = listed || code
    sentences[0] = fill(sentences[0], facts)
    facts.code = code
  }
  return sentences.map((sentence) => fill(sentence, facts)).join(' ')
}

/** @param {string} text  @param {Record<string, string>} facts */
function fill(text, facts) {
  return text.replace(/\{(\w+)\}/g, (_, name) => facts[name])
}
