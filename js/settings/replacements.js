/**
 * Replacements as a person lists them: an attribute and its value, one a line. The
 * engine takes each as TAG=VALUE and is the judge of both.
 */

/** @typedef {{ attribute: string, value: string }} Replacement */

/** Up to the first equals sign that is not within a private creator's name. */
const ENTRY = /^((?:[^="]|"[^"]*")*)=(.*)$/s

/** @param {string} entry  @returns {Replacement} */
export function split(entry) {
  const [, attribute, value] = ENTRY.exec(entry) ?? ['', entry, '']
  return { attribute: attribute.trim(), value }
}

/** @param {Replacement} replacement */
export function join({ attribute, value }) {
  return `${attribute}=${value}`
}

/** @param {Replacement[]} replacements */
export function toCsv(replacements) {
  const lines = replacements.map(({ attribute, value }) => [attribute, value])
  return [['attribute', 'value'], ...lines]
    .map((cells) => `${cells.map(quoted).join(',')}\r\n`)
    .join('')
}

/**
 * @param {string} text  lines of attribute and value, with or without a heading
 * @returns {Replacement[]}
 */
export function fromCsv(text) {
  return rows(text.replace(/^\uFEFF/, ''))
    .filter(([attribute]) => attribute.trim())
    .filter(([attribute], at) => at > 0 || attribute.toLowerCase() !== 'attribute')
    .map(([attribute, value = '']) => ({ attribute: attribute.trim(), value }))
}

/** @param {string} cell */
function quoted(cell) {
  return /[",;\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** @param {string} text */
function rows(text) {
  const separator = /^[^"\n]*;/.test(text) && !/^[^"\n;]*,/.test(text) ? ';' : ','
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`,
    'gy',
  )
  /** @type {string[][]} */
  const found = []
  /** @type {string[]} */
  let row = []
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text)
    if (!match) {
      throw new SyntaxError('no CSV')
    }
    const [, inQuotes, plain, end] = match
    row.push(inQuotes?.replaceAll('""', '"') ?? plain)
    if (end !== separator) {
      found.push(row)
      row = []
    }
  }
  return row.length ? [...found, row] : found
}
