/** Elements that views make. What they hold is mere text, whatever it says. */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [text]
 * @param {string} [className]
 */
export function made(name, text = '', className = '') {
  const element = document.createElement(name)
  element.textContent = text
  if (className) {
    element.className = className
  }
  return element
}

/**
 * Make what one says of something: a term and its descriptions.
 *
 * @param {string} term
 * @param {string[]} texts
 * @returns {HTMLElement[]}
 */
export function described(term, ...texts) {
  return [made('dt', term), ...texts.map((text) => made('dd', text))]
}

/**
 * Make a row of a table.
 *
 * @param {(string | Node)[]} contents  of its cells
 */
export function row(contents) {
  const line = document.createElement('tr')
  for (const content of contents) {
    line.insertCell().append(content)
  }
  return line
}

/**
 * @param {string} text
 * @param {() => unknown} onclick
 * @param {string} [className]
 */
export function button(text, onclick, className) {
  const element = made('button', text, className)
  element.type = 'button'
  element.onclick = onclick
  return element
}

/**
 * Find what is in an element that a template gave.
 *
 * @template {Element} [T=HTMLElement]
 * @param {Element} element
 * @param {string} selector
 * @returns {T}
 */
export function part(element, selector) {
  return /** @type {any} */ (element.querySelector(selector))
}
