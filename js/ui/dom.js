/** The page's elements and how figures are written. */

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  return /** @type {any} */ (document.getElementById(id))
}

/**
 * Clone a template and give its one element.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function clone(id) {
  const { content } = /** @type {HTMLTemplateElement} */ (byId(id))
  return /** @type {any} */ (content.cloneNode(true)).firstElementChild
}

/** @param {number} number  with thin spaces between thousands */
export function count(number) {
  return Math.round(number).toLocaleString('en').replaceAll(',', '\u2009')
}

/**
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`
}

/** @param {number} bytes */
export function size(bytes) {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB']
  let unit = 0
  let value = bytes
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`
  }
  const minutes = Math.floor(seconds / 60)
  const rest = String(Math.floor(seconds % 60)).padStart(2, '0')
  return `${minutes}:${rest} min`
}
