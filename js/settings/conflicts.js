/** Choices that make no sense together, or give up what protects. */

/** @import { Values } from './settings.js' */

/** When there is something to say of a setting. @type {Record<string, (values: Values) => unknown>} */
const CONFLICTS = {
  delete_private: (values) => !values.delete_private,
  retain_safe_private: (values) => values.retain_safe_private && !values.delete_private,
  sweep: (values) => values.sweep === 'off',
  allow_deviation: ({ allow_deviation, replacements }) =>
    allow_deviation && Array.isArray(replacements) && !replacements.length,
}

/** Settings of which there may be something to say. */
export const CONTESTED = Object.keys(CONFLICTS)

/**
 * Name the settings of which there is something to say.
 *
 * @param {Values} values
 */
export function conflicts(values) {
  return CONTESTED.filter((key) => CONFLICTS[key](values))
}
