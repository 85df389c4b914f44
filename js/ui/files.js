/** Files that a person gives to the page by an input, and those that it gives back. */

import { byId } from './dom.js'

/** Media types by how a name ends. @type {Record<string, string>} */
const TYPES = {
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  txt: 'text/plain',
}

/**
 * Do something with the files that an input is given.
 *
 * @param {string} id  of the input
 * @param {(files: File[]) => unknown} take
 */
export function chosen(id, take) {
  /** @type {HTMLInputElement} */
  const input = byId(id)
  input.onchange = () => {
    const files = [...(input.files ?? [])]
    // so that choosing the same again is a change again
    input.value = ''
    if (files.length) {
      take(files)
    }
  }
}

/**
 * Give a file, as a download.
 *
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // the browser has begun to read it by then
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/**
 * @param {string} text
 * @param {string} name  which ends as its type does
 */
export function saveText(text, name) {
  save(new Blob([text], { type: TYPES[name.slice(name.lastIndexOf('.') + 1)] }), name)
}
