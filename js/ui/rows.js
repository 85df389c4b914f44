/**
 * Data elements of an inspected instance: a tree in a table, to be filtered, opened and
 * walked through by arrow keys, and the selected one in full.
 */

import { visibleLines } from '../visible.js'
import { has, say } from '../words.js'
import { byId, clone, count, many, paired } from './dom.js'
import { inWords, shortly } from './reasons.js'
import { Tree } from './tree.js'

/** @import { Inspected, InspectedRow } from '../shared/protocol.js' */

/** Rows that are made at once; the next ones as the end comes into view. */
const CHUNK = 200

export function rowsView() {
  const body = byId('inspect-rows')
  const end = byId('inspect-end')
  /** @type {HTMLInputElement} */
  const filter = byId('inspect-filter')
  /** @type {HTMLInputElement} */
  const changes = byId('inspect-changes')
  /** @type {Inspected | null} */
  let reply = null
  let tree = new Tree([])
  /** @type {number[]} */
  let visible = []
  let made = 0

  /** @param {number} [focus]  the row to stay with */
  function render(focus = -1) {
    visible = tree.visible(filter.value, changes.checked)
    made = 0
    body.replaceChildren()
    const wanted = Math.max(0, visible.indexOf(focus))
    while (made <= wanted && made < visible.length) {
      more()
    }
    byId('inspect-count').textContent = reply
      ? `${many('rows.elements', visible.length)} / ${count(tree.rows.length)}`
      : ''
    end.textContent = reply && !visible.length ? say('rows.none') : ''
    const line = lineAt(wanted)
    if (line && focus >= 0) {
      select(line)
      return
    }
    line?.setAttribute('tabindex', '0')
    byId('inspect-detail').replaceChildren(muted(line ? say('rows.hint') : ''))
  }

  function more() {
    const numbers = visible.slice(made, made + CHUNK)
    body.append(...numbers.map((number) => line(number)))
    made += numbers.length
    end.classList.toggle('more', made < visible.length)
  }

  /** @param {number} number */
  function line(number) {
    const row = tree.rows[number]
    const element = clone('inspect-row')
    const part = (/** @type {string} */ selector) =>
      /** @type {HTMLElement} */ (element.querySelector(selector))
    element.dataset.number = String(number)
    element.dataset.kind = row.kind ?? ''
    element.dataset.depth = String(Math.min(row.depth, 12))
    element.ariaLevel = String(row.depth + 1)
    element.tabIndex = -1
    if (tree.isParent(number)) {
      const isOpen = filter.value.trim() !== '' || !tree.closed.has(number)
      element.ariaExpanded = String(isOpen)
      part('.twist').hidden = false
      part('.twist').ariaLabel = isOpen ? say('rows.close') : say('rows.open')
    }
    if (row.tag === undefined) {
      element.classList.add('item')
      part('.cell-name').textContent = row.more
        ? `${many('rows.items', row.more)} ${say('rows.more')}`
        : `${say('rows.item')} ${row.item}`
    } else {
      part('code').textContent = row.tag
      part('.cell-name').textContent = visibleLines(row.name ?? '')
      value(part('.cell-old .value'), row, 'old')
      value(part('.cell-new .value'), row, 'new')
      part('.cell-why').textContent = reply
        ? shortly(reply.whys[row.why ?? 0], row)
        : ''
    }
    action(part('.action'), row)
    return element
  }

  /** @param {HTMLElement} line */
  function select(line) {
    for (const other of body.querySelectorAll('[tabindex="0"]')) {
      other.removeAttribute('aria-selected')
      other.setAttribute('tabindex', '-1')
    }
    line.ariaSelected = 'true'
    line.tabIndex = 0
    line.focus()
    const row = tree.rows[Number(line.dataset.number)]
    byId('inspect-detail').replaceChildren(...(reply ? detail(row, reply) : []))
  }

  /** @param {number} index  among the visible */
  function lineAt(index) {
    while (index >= made && made < visible.length) {
      more()
    }
    return /** @type {HTMLElement | undefined} */ (body.children[index])
  }

  /** @param {number} number */
  function toggle(number) {
    if (tree.isParent(number)) {
      tree.toggle(number)
      render(number)
    }
  }

  /** @param {KeyboardEvent} event */
  function walk(event) {
    const line = /** @type {Element} */ (event.target).closest('tr')
    const number = Number(line?.dataset.number)
    const index = visible.indexOf(number)
    if (!line || index < 0) {
      return
    }
    const isClosed = line.ariaExpanded === 'false'
    /** @type {Record<string, () => number | undefined>} */
    const ways = {
      ArrowDown: () => index + 1,
      ArrowUp: () => index - 1,
      Home: () => 0,
      End: () => visible.length - 1,
      PageDown: () => Math.min(index + 10, visible.length - 1),
      PageUp: () => Math.max(index - 10, 0),
      ArrowRight: () => (isClosed ? toggle(number) : index + 1) ?? undefined,
      ArrowLeft: () =>
        line.ariaExpanded === 'true' && !filter.value.trim()
          ? void toggle(number)
          : visible.indexOf(tree.parents[number]),
      Enter: () => void toggle(number),
    }
    const way = ways[event.key]
    if (way) {
      event.preventDefault()
      const next = lineAt(way() ?? -1)
      if (next) {
        select(next)
      }
    }
  }

  body.onclick = (event) => {
    const target = /** @type {Element} */ (event.target)
    const line = target.closest('tr')
    if (line && target.closest('.twist')) {
      toggle(Number(line.dataset.number))
    } else if (line) {
      select(line)
    }
  }
  body.onkeydown = walk
  filter.oninput = () => render()
  changes.onchange = () => render()
  new IntersectionObserver(
    ([entry]) => {
      if (entry.isIntersecting && made < visible.length) {
        more()
      }
    },
    { root: byId('inspect-list'), rootMargin: '600px' },
  ).observe(end)

  return {
    /** @param {Inspected} inspected */
    show(inspected) {
      reply = inspected
      tree = new Tree(inspected.rows)
      render()
    },

    clear() {
      reply = null
      tree = new Tree([])
      render()
    },
  }
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

/** @param {string} text */
function muted(text) {
  const paragraph = document.createElement('p')
  paragraph.className = 'muted'
  paragraph.textContent = text
  return paragraph
}

/**
 * Give the selected row in full.
 *
 * @param {InspectedRow} row
 * @param {Inspected} reply
 */
function detail(row, { whys, iod }) {
  if (row.tag === undefined) {
    return [muted(say('rows.hint'))]
  }
  const heading = document.createElement('h3')
  heading.textContent = visibleLines(row.name ?? '')
  const list = document.createElement('dl')
  /** @type {[string, string][]} */
  const facts = [
    [say('rows.original'), textOf(row, 'old') ?? say('rows.absent')],
    [say('rows.result'), textOf(row, 'new') ?? say('rows.absent')],
    [say('rows.why'), inWords(whys[row.why ?? 0], row, iod)],
  ]
  if (!row.bytes && row.oldSize) {
    facts[0][1] += ` ${say('rows.cut')} ${many('rows.bytes', row.oldSize)}.`
  }
  for (const code of row.notes ?? []) {
    facts.push([say('rows.note'), has(`note.${code}`) ? say(`note.${code}`) : code])
  }
  for (const [term, text] of facts) {
    const name = document.createElement('dt')
    name.textContent = term
    const told = document.createElement('dd')
    told.textContent = text
    list.append(name, told)
  }
  return [heading, muted(`${row.tag} · ${row.vr}`), list]
}
