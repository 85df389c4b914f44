/**
 * Text that others wrote, to be shown: what would be unseen, or turn around or break
 * what stands beside it, is made visible.
 */

/** Control characters, line ends, what directs text, and what has no width. */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\u200b\ufeff]/gu

/** Where the pictures of control characters are. */
const PICTURES = 0x2400
const DELETE = 0x7f
const DELETE_PICTURE = 0x2421

/**
 * @param {string} text
 * @returns {string}  in one line
 */
export function visible(text) {
  return text.replace(UNSEEN, (character) => picture(character.charCodeAt(0)))
}

/**
 * @param {string} text
 * @returns {string}  in as many lines as it has
 */
export function visibleLines(text) {
  return text
    .split(/\r\n|[\r\n]/)
    .map(visible)
    .join('\n')
}

/** @param {number} code */
function picture(code) {
  if (code === DELETE) {
    return String.fromCharCode(DELETE_PICTURE)
  }
  return code < 0x20
    ? String.fromCharCode(PICTURES + code)
    : `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
}
