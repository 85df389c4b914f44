/** What came of comparing a result with its certificate, in words and file by file. */

import { say } from '../words.js'
import { byId, count, many } from './dom.js'
import { described, made, row } from './elements.js'

/**
 * @import { Compared, Fate } from '../proof/compare.js'
 *
 * @typedef {object} Verdict
 * @property {Compared[]} differing
 * @property {Record<Fate, number>} counts
 * @property {boolean} whole  whether the result was given as a whole
 * @property {number} listed  files in the certificate
 * @property {'good' | 'bad' | 'none' | 'unchecked'} signature
 * @property {boolean} asked  whether a key was given
 * @property {string} signer
 */

/** @type {Fate[]} */
const FATES = ['same', 'changed', 'missing', 'extra']

/** Files that differ and are listed. */
const MOST = 200

/**
 * @param {Verdict | 'failed' | null} verdict
 * @param {boolean} named  whether names of extra files are shown
 */
export function show(verdict, named) {
  const line = byId('compare-verdict')
  const found = byId('compare-found')
  found.hidden = !verdict || verdict === 'failed'
  line.textContent = ''
  if (verdict === 'failed') {
    line.textContent = say('compare.failed')
    line.dataset.good = 'false'
  } else if (verdict) {
    const { good, text } = inWords(verdict)
    line.textContent = text
    line.dataset.good = String(good)
    showFound(verdict, named)
  }
}

/**
 * @param {Verdict} verdict
 * @returns {{ good: boolean, text: string }}
 */
function inWords({ counts, differing, whole, listed, signature, asked }) {
  if (differing.length) {
    return { good: false, text: say('compare.differs') }
  }
  if (asked && signature !== 'good') {
    const text = say(signature === 'bad' ? 'compare.forged' : 'compare.unsigned')
    return { good: false, text }
  }
  const number = counts.same
  const form = whole || number === listed ? 'passed' : 'part'
  const values = { number, count: count(number), all: count(listed) }
  return { good: true, text: say(`compare.${form}`, values) }
}

/**
 * @param {Verdict} verdict
 * @param {boolean} named
 */
function showFound({ counts, differing, signature, signer }, named) {
  byId('compare-signature').replaceChildren(say(`compare.signature.${signature}`))
  if (signature === 'good') {
    byId('compare-signature').append(' ', made('code', signer))
  }
  byId('compare-counts').replaceChildren(
    ...FATES.map((fate) => figure(fate, counts[fate])),
  )
  byId('compare-names-row').hidden = !counts.extra
  byId('compare-table').hidden = !differing.length
  byId('compare-rows').replaceChildren(
    ...differing
      .toSorted((a, b) => FATES.indexOf(a.fate) - FATES.indexOf(b.fate))
      .slice(0, MOST)
      .map((one) => row(contents(one, named))),
  )
  const more = differing.length - MOST
  byId('compare-more').textContent = more > 0 ? many('count.more', more) : ''
}

/**
 * @param {Fate} fate
 * @param {number} number
 */
function figure(fate, number) {
  const pair = document.createElement('div')
  pair.dataset.fate = number ? fate : ''
  pair.append(...described(say(`compare.fate.${fate}`), count(number)))
  return pair
}

/**
 * @param {Compared} one
 * @param {boolean} named
 */
function contents({ name, fate }, named) {
  const unnamed = fate === 'extra' && !named
  return [
    say(`compare.fate.${fate}`),
    unnamed ? say('compare.unnamed') : made('code', name),
  ]
}
