/** What became of each canary, as a table, in the page and in a document for print. */

import { factsOf, isFine, isRight, waysOf } from '../proof/record.js'
import { has, locale, say } from '../words.js'
import { made } from './elements.js'

/**
 * @import { Record } from '../proof/record.js'
 * @import { Finding } from '../shared/protocol.js'
 */

/** Of a document that stands alone. */
const STYLE = `
  body { margin: 2em; font: 13px/1.4 system-ui, sans-serif; }
  table { inline-size: 100%; border-collapse: collapse; }
  :is(th, td) { padding: 2px 8px 2px 0; border-block-end: 1px solid #ccc;
    font-weight: normal; text-align: start; vertical-align: top; }
  thead th, .verdict, [data-right="false"] { font-weight: bold; }
  thead { display: table-header-group; }
  caption { padding-block: 16px 4px; text-align: start; }
  tr { break-inside: avoid; }
  td { overflow-wrap: anywhere; white-space: pre-line; }
  .facts th { white-space: nowrap; }
`

/**
 * @param {Record} record
 * @returns {HTMLTableElement}
 */
export function matrix(record) {
  const ways = waysOf(record)
  const table = document.createElement('table')
  table.className = 'matrix tall'
  table.createCaption().textContent = say('selftest.caption')
  const titles = ['place', 'must'].map((one) => say(`selftest.${one}`))
  const head = table.createTHead().insertRow()
  head.append(...[...titles, ...ways.map(wayInWords)].map((text) => title(text, 'col')))
  const body = table.createTBody()
  body.append(...record.places.map((one) => row(one, ways)))
  return table
}

/**
 * Make a document of a record that stands alone, as HTML.
 *
 * @param {Record} record
 * @param {string} verdict
 */
export function documentOf(record, verdict) {
  const text = say('selftest.document', { version: record.cordon })
  const judged = made('p', verdict, 'verdict')
  const body = document.createElement('body')
  body.append(made('h1', text), judged, facts(record), matrix(record))
  // a style of its own may not stand in this page, not even in a document it makes
  const title = made('title', text).outerHTML
  const head = `<meta charset="utf-8">${title}<style>${STYLE}</style>`
  return `<!doctype html>\n<html lang="${locale()}"><head>${head}</head>${body.outerHTML}</html>\n`
}

/** @param {Record} record */
function facts(record) {
  const table = document.createElement('table')
  table.className = 'facts'
  for (const [name, value] of factsOf(record)) {
    const line = table.insertRow()
    line.append(title(say(`selftest.fact.${name}`), 'row'))
    line.insertCell().textContent = inLines(value)
  }
  return table
}

/** @param {unknown} value  A list or an object has a line for each member. */
function inLines(value) {
  if (Array.isArray(value)) {
    return value.map((one) => Object.values(one).join(' ')).join('\n')
  }
  if (typeof value === 'object' && value !== null) {
    const lines = Object.entries(value).map(([key, one]) => `${key}: ${one}`)
    return lines.join('\n')
  }
  return String(value)
}

/**
 * @param {Finding} finding
 * @param {string[]} ways
 */
function row(finding, ways) {
  const { place, must, found } = finding
  const line = document.createElement('tr')
  line.dataset.right = String(isFine(finding))
  line.append(title(place, 'row'))
  const wanted = line.insertCell()
  wanted.textContent = say(`selftest.must.${must}`)
  wanted.dataset.way = say('selftest.must')
  const [all, ...others] = new Set(Object.values(found))
  if (isFine(finding) && !others.length) {
    wanted.dataset.all = say('selftest.all', { found: `✓ ${foundInWords(all)}` })
  }
  for (const way of ways) {
    const became = line.insertCell()
    became.dataset.way = wayInWords(way)
    if (way in found) {
      const right = isRight(must, found[way])
      became.dataset.right = String(right)
      became.textContent = `${right ? '✓' : '✕'} ${foundInWords(found[way])}`
    } else {
      became.textContent = '–'
    }
  }
  return line
}

/** @param {string} way */
function wayInWords(way) {
  return has(`selftest.way.${way}`) ? say(`selftest.way.${way}`) : way
}

/** @param {string} found */
function foundInWords(found) {
  return has(`selftest.found.${found}`) ? say(`selftest.found.${found}`) : found
}

/**
 * @param {string} text
 * @param {'col' | 'row'} scope
 */
function title(text, scope) {
  const cell = made('th', text)
  cell.scope = scope
  return cell
}
