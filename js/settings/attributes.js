/** Attributes that a replacement may name, found by keyword, name or tag. */

/** @import { Attribute } from '../shared/protocol.js' */

/**
 * Find attributes by a part of what they are called: what begins with the text first.
 *
 * @param {Attribute[]} known
 * @param {string} text
 */
export function search(known, text) {
  const wanted = bare(text)
  const begins = (/** @type {Attribute} */ one) =>
    called(one).some((name) => name.startsWith(wanted))
  const holds = (/** @type {Attribute} */ one) =>
    called(one).some((name) => name.includes(wanted))
  const found = known.filter(holds)
  return [...found.filter(begins), ...found.filter((one) => !begins(one))]
}

/**
 * Find the attribute that is called like this.
 *
 * @param {Attribute[]} known
 * @param {string} text
 */
export function named(known, text) {
  const wanted = bare(text)
  return wanted ? known.find((one) => called(one).includes(wanted)) : undefined
}

/** @param {Attribute} attribute */
function called([tag, keyword, name]) {
  return [tag, keyword, name].map(bare)
}

/** @param {string} text  as it is compared: letters and digits */
function bare(text) {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}
