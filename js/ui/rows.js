/**
 * Data elements of an inspected instance: a tree in a table, to be filtered, opened and
 * walked through by arrow keys, and the selected one in full.
 */

import { say } from '../words.js'
import { byId, count, many } from './dom.js'
import { detailOf, hint, rowOf } from './element.js'
import { Tree } from './tree.js'

/** @import { Inspected } from '../shared/protocol.js' */

/** Rows that are made at once; the next ones as the end comes into view. */
const CHUNK = 200

/** Rows that a page up or down goes over. */
const PAGE = 10

export class Rows {
  #body = byId('inspect-rows')
  #end = byId('inspect-end')
  /** @type {HTMLInputElement} */
  #filter = byId('inspect-filter')
  /** @type {HTMLInputElement} */
  #changes = byId('inspect-changes')
  /** @type {Inspected | null} */
  #reply = null
  #tree = new Tree([])
  /** Numbers of those to be seen. @type {number[]} */
  #visible = []
  /** How many of them there are rows of. */
  #made = 0

  constructor() {
    this.#body.onclick = ({ target }) => this.#press(/** @type {Element} */ (target))
    this.#body.onkeydown = (event) => this.#walk(event)
    this.#filter.oninput = () => this.#render()
    this.#changes.onchange = () => this.#render()
    new IntersectionObserver(
      ([entry]) => {
        if (entry.isIntersecting && this.#made < this.#visible.length) {
          this.#more()
        }
      },
      { root: byId('inspect-list'), rootMargin: '600px' },
    ).observe(this.#end)
  }

  /** @param {Inspected | null} inspected  null for nothing */
  show(inspected) {
    this.#reply = inspected
    this.#tree = new Tree(inspected?.rows ?? [])
    this.#render()
  }

  /** @param {number} [focus]  the row to stay with */
  #render(focus = -1) {
    this.#visible = this.#tree.visible(this.#filter.value, this.#changes.checked)
    this.#made = 0
    this.#body.replaceChildren()
    const shown = this.#visible.length
    byId('inspect-count').textContent = this.#reply
      ? `${many('rows.elements', shown)} / ${count(this.#tree.rows.length)}`
      : ''
    this.#end.textContent = this.#reply && !shown ? say('rows.none') : ''
    const line = this.#lineAt(Math.max(0, this.#visible.indexOf(focus)))
    if (line && focus >= 0) {
      this.#select(line)
      return
    }
    line?.setAttribute('tabindex', '0')
    byId('inspect-detail').replaceChildren(...(line ? [hint()] : []))
  }

  #more() {
    const numbers = this.#visible.slice(this.#made, this.#made + CHUNK)
    this.#body.append(...numbers.map((number) => this.#line(number)))
    this.#made += numbers.length
  }

  /** @param {number} number */
  #line(number) {
    const element = rowOf(this.#tree.rows[number], this.#reply?.whys ?? [])
    element.dataset.number = String(number)
    if (this.#tree.isParent(number)) {
      const isOpen = this.#filter.value.trim() !== '' || !this.#tree.closed.has(number)
      element.ariaExpanded = String(isOpen)
      const twist = /** @type {HTMLElement} */ (element.querySelector('.twist'))
      twist.hidden = false
      twist.ariaLabel = isOpen ? say('rows.close') : say('rows.open')
    }
    return element
  }

  /** @param {HTMLElement} line */
  #select(line) {
    for (const other of this.#body.querySelectorAll('[tabindex="0"]')) {
      other.removeAttribute('aria-selected')
      other.setAttribute('tabindex', '-1')
    }
    line.ariaSelected = 'true'
    line.tabIndex = 0
    line.focus()
    const row = this.#tree.rows[Number(line.dataset.number)]
    byId('inspect-detail').replaceChildren(
      ...(this.#reply ? detailOf(row, this.#reply) : []),
    )
  }

  /** @param {number} index  among the visible */
  #lineAt(index) {
    while (index >= this.#made && this.#made < this.#visible.length) {
      this.#more()
    }
    return /** @type {HTMLElement | undefined} */ (this.#body.children[index])
  }

  /** @param {number} number */
  #toggle(number) {
    if (this.#tree.isParent(number)) {
      this.#tree.toggle(number)
      this.#render(number)
    }
  }

  /** @param {Element} target */
  #press(target) {
    const line = target.closest('tr')
    if (line && target.closest('.twist')) {
      this.#toggle(Number(line.dataset.number))
    } else if (line) {
      this.#select(line)
    }
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const line = /** @type {Element} */ (event.target).closest('tr')
    const way = line && this.#ways(line)[event.key]
    if (way) {
      event.preventDefault()
      const next = this.#lineAt(way() ?? -1)
      if (next) {
        this.#select(next)
      }
    }
  }

  /**
   * What each key does on a row: it gives the row to go to, or opens and closes.
   *
   * @param {HTMLElement} line
   * @returns {Record<string, () => number | void>}
   */
  #ways(line) {
    const number = Number(line.dataset.number)
    const index = this.#visible.indexOf(number)
    const last = this.#visible.length - 1
    const isClosed = line.ariaExpanded === 'false'
    const closes = line.ariaExpanded === 'true' && !this.#filter.value.trim()
    const toggle = () => this.#toggle(number)
    return {
      ArrowDown: () => index + 1,
      ArrowUp: () => index - 1,
      Home: () => 0,
      End: () => last,
      PageDown: () => Math.min(index + PAGE, last),
      PageUp: () => Math.max(index - PAGE, 0),
      ArrowRight: isClosed ? toggle : () => index + 1,
      ArrowLeft: closes
        ? toggle
        : () => this.#visible.indexOf(this.#tree.parents[number]),
      Enter: toggle,
    }
  }
}
