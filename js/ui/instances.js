/**
 * A line for each file, while the run goes on and after it. There may be a hundred
 * thousand: only the rows in sight are in the document, and the table says which of
 * how many they are. Names of sources are on the screen only when asked for.
 */

import { placeOf } from '../tally.js'
import { visible } from '../visible.js'
import { locale, say } from '../words.js'
import { byId, count, decimal, size } from './dom.js'
import { row } from './elements.js'
import { FATES, inSight, Sorted } from './lines.js'

/**
 * @import { State } from '../state.js'
 * @import { Line } from '../tally.js'
 * @import { Filter } from './lines.js'
 */

/** Height of a row in pixels; the style sheet has it too. */
const ROW = 32

/** @param {State} state */
export function instancesView(state) {
  /** @type {HTMLInputElement} */
  const names = byId('show-names')
  /** @type {HTMLSelectElement} */
  const filter = byId('instances-filter')
  const scroll = byId('instances-scroll')
  // a person without a mouse scrolls it too
  scroll.tabIndex = 0
  let tally = state.tally
  let sorted = new Sorted(tally.lines)
  let drawn = ''
  let asked = 0

  function render() {
    if (tally !== state.tally) {
      tally = state.tally
      sorted = new Sorted(tally.lines)
      filter.value = 'all'
      scroll.scrollTop = 0
      drawn = ''
    }
    const shown = tally.lines.length > 0 && (state.over || state.name === 'running')
    byId('instances').hidden = !shown
    if (shown) {
      label(filter, sorted)
      draw()
    }
  }

  function draw() {
    const lines = sorted.lines(/** @type {Filter} */ (filter.value))
    const view = { top: scroll.scrollTop, height: scroll.clientHeight, row: ROW }
    const { first, last } = inSight(view, lines.length)
    byId('instances-table').setAttribute('aria-rowcount', String(lines.length + 1))
    // room for all that is to come, so that nothing below is moved by it
    const expected = state.name === 'running' ? state.queued.length : 0
    scroll.style.setProperty('--expected', String(expected))
    const { style } = byId('instances-space')
    style.setProperty('--rows', String(lines.length))
    style.setProperty('--above', String(first))
    // a line never changes, so the same lines make the same rows
    const now = [first, last, filter.value, names.checked, locale()].join()
    if (now !== drawn) {
      drawn = now
      const rows = lines.slice(first, last)
      byId('instances-rows').replaceChildren(
        ...rows.map((line, index) => shown(line, first + index, names.checked)),
      )
    }
  }

  scroll.onscroll = () => {
    cancelAnimationFrame(asked)
    asked = requestAnimationFrame(draw)
  }
  filter.onchange = () => {
    scroll.scrollTop = 0
    drawn = ''
    draw()
  }
  names.addEventListener('change', () => {
    /** @type {NodeListOf<HTMLElement>} */
    const heads = byId('instances-table').querySelectorAll('[data-column=path]')
    for (const head of heads) {
      head.hidden = !names.checked
    }
    render()
  })
  new ResizeObserver(() => render()).observe(scroll)
  state.addEventListener('change', render)
}

/**
 * Say of each outcome how often it was met.
 *
 * @param {HTMLSelectElement} filter
 * @param {Sorted} sorted
 */
function label(filter, sorted) {
  const fates = /** @type {Filter[]} */ (['all', ...FATES])
  if (!filter.options.length) {
    filter.append(...fates.map((fate) => new Option('', fate)))
  }
  for (const [index, fate] of fates.entries()) {
    const { length } = sorted.lines(fate)
    const outcome = say(`outcome.${fate}`)
    const text = say('instances.option', { outcome, count: count(length) })
    if (filter.options[index].text !== text) {
      filter.options[index].text = text
    }
    filter.options[index].hidden = !length && fate !== filter.value
  }
}

/**
 * @param {Line} line
 * @param {number} index
 * @param {boolean} named  whether the source's name is shown
 */
function shown(line, index, named) {
  const { number, outcome, code, at, bytesIn, bytesOut, ms, name, path } = line
  const byte = typeof at === 'number'
  const place = byte ? say('instances.byte', { offset: count(at) }) : placeOf(line)
  const texts = [
    count(number),
    say(`outcome.${outcome}`),
    `${code} ${place}`.trim(),
    size(bytesIn),
    bytesOut ? size(bytesOut) : '',
    decimal(ms, 1),
    name,
    ...(named ? [visible(path)] : []),
  ]
  const element = row(texts)
  element.setAttribute('aria-rowindex', String(index + 2))
  element.dataset.outcome = outcome
  for (const cell of element.cells) {
    cell.title = cell.textContent
  }
  return element
}
