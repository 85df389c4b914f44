/** One data element of an inspected instance: its row in the list, and all of it. */

import { visibleLines } from '../visible.js'
import { has, say } from '../words.js'
import { clone, many, paired } from './dom.js'
import { described, made, part } from './elements.js'
import { inWords, shortly } from './reasons.js'

/** @import { Inspected, InspectedRow, Why } from '../shared/protocol.js' */

/** Levels of nesting that are told apart by their place. */
const DEPTH = 9

/**
 * @param {InspectedRow} row
 * @param {Why[]} whys
 */
export function rowOf(row, whys) {
  const element = clone('inspect-row')
  element.dataset.kind = row.kind ?? ''
  element.style.setProperty('--depth', String(Math.min(row.depth, DEPTH)))
  element.ariaLevel = String(row.depth + 1)
  element.tabIndex = -1
  if (row.tag === undefined) {
    element.classList.add('item')
    part(element, '.cell-name').textContent = row.more
      ? `${many('rows.items', row.more)} ${say('rows.more')}`
      : `${say('rows.item')} ${row.item}`
  } else {
    part(element, 'code').textContent = row.tag
    part(element, '.cell-name').textContent = visibleLines(row.name ?? '')
    value(part(element, '.cell-old .value'), row, 'old')
    value(part(element, '.cell-new .value'), row, 'new')
    part(element, '.cell-why').textContent = shortly(whys[row.why ?? 0], row)
  }
  action(part(element, '.action'), row)
  return element
}

/** @param {HTMLElement} element  @param {InspectedRow} row */
function action(element, { code, kind = 'kept', item, more }) {
  const isQuiet = more !== undefined || (item !== undefined && kind === 'kept')
  element.hidden = isQuiet
  element.dataset.code = code ?? ''
  const [letter, word] = element.children
  letter.textContent = code ?? ''
  word.textContent = say(`kind.${kind}`)
}

/**
 * @param {HTMLElement} element
 * @param {InspectedRow} row
 * @param {'old' | 'new'} side
 */
function value(element, row, side) {
  const text = textOf(row, side)
  element.textContent = text ?? ''
  element.classList.toggle('nothing', text === say('rows.empty'))
  element.classList.toggle('bytes', row.bytes === true)
}

/**
 * @param {InspectedRow} row
 * @param {'old' | 'new'} side
 */
function textOf(row, side) {
  const items = row[`${side}Items`]
  if (items !== undefined) {
    return items ? many('rows.items', items) : say('rows.empty')
  }
  const text = row[side] && visibleLines(row[side])
  const bytes = row[`${side}Size`]
  if (row.bytes && bytes) {
    const cut = text && bytes > (text.length + 1) / 3
    return paired(many('rows.bytes', bytes), `${text}${cut ? ' …' : ''}`)
  }
  return text === '' ? say('rows.empty') : text && bytes ? `${text}…` : text
}

/**
 * Give a row in full.
 *
 * @param {InspectedRow} row
 * @param {Inspected} reply
 */
export function detailOf(row, { whys, iod }) {
  if (row.tag === undefined) {
    return [hint()]
  }
  const list = document.createElement('dl')
  for (const [term, text] of factsOf(row, inWords(whys[row.why ?? 0], row, iod))) {
    list.append(...described(term, text))
  }
  const heading = made('h3', visibleLines(row.name ?? ''))
  return [heading, made('p', `${row.tag} · ${row.vr}`, 'muted'), list]
}

/** What stands there before a row is selected. */
export function hint() {
  return made('p', say('rows.hint'), 'muted')
}

/**
 * @param {InspectedRow} row
 * @param {string} why
 * @returns {[term: string, text: string][]}
 */
function factsOf(row, why) {
  const cut =
    !row.bytes && row.oldSize
      ? ` ${say('rows.cut')} ${many('rows.bytes', row.oldSize)}.`
      : ''
  const notes = (row.notes ?? []).map((code) =>
    has(`note.${code}`) ? say(`note.${code}`) : code,
  )
  return [
    [say('column.original'), (textOf(row, 'old') ?? say('rows.absent')) + cut],
    [say('column.result'), textOf(row, 'new') ?? say('rows.absent')],
    [say('column.why'), why],
    .../** @type {[string, string][]} */ (
      notes.map((text) => [say('rows.note'), text])
    ),
  ]
}
