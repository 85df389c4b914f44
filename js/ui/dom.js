/** The page's elements, and how words and figures are written in its language. */

import { locale, say } from '../words.js'

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

/** @param {number} number */
export function count(number) {
  return decimal(Math.round(number), 0)
}

/**
 * Say how many there are of something.
 *
 * @param {string} key  of words with forms for one and for other numbers
 * @param {number} number
 * @param {Record<string, string | number>} [values]  that the words have besides
 */
export function many(key, number, values = {}) {
  return say(key, { ...values, number, count: count(number) })
}

/**
 * Say of something what it is, as in `name: text`.
 *
 * @param {string} name
 * @param {string} text
 */
export function paired(name, text) {
  return say('text.pair', { name, text })
}

/**
 * Write a text that is read aloud when it changes, and only then.
 *
 * @param {Element} element
 * @param {string} text
 */
export function put(element, text) {
  if (element.textContent !== text) {
    element.textContent = text
  }
}

/** What was said last where no state tells it. @type {Map<Element, () => string>} */
const announced = new Map()

/**
 * Say something that no state tells: it stays, in every language, until something else
 * is said there.
 *
 * @param {Element} element
 * @param {() => string} words
 */
export function announce(element, words) {
  announced.set(element, words)
  element.textContent = words()
}

/** Say once more, in another language, what was announced. */
export function repeat() {
  for (const [element, words] of announced) {
    element.textContent = words()
  }
}

/** @param {number} bytes */
export function size(bytes) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  let unit = 0
  let value = bytes
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit && value < 10 ? 1 : 0
  return `${decimal(value, digits)} ${say(`unit.${units[unit]}`)}`
}

/**
 * With thin spaces between thousands where English is spoken.
 *
 * @param {number} value
 * @param {number} digits  after the decimal point
 */
export function decimal(value, digits) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  const text = value.toLocaleString(locale(), options)
  return locale() === 'en' ? text.replaceAll(',', '\u2009') : text
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000
  if (seconds < 60) {
    return `${decimal(seconds, 1)} s`
  }
  const minutes = Math.floor(seconds / 60)
  const rest = String(Math.floor(seconds % 60)).padStart(2, '0')
  return `${minutes}:${rest} min`
}
