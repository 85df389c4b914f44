/**
 * Named sets of the settings that make up a confidentiality profile with its options.
 * Whatever else a user has chosen stays.
 */

import presets from './presets.json' with { type: 'json' }
import { defaults, ENGINE, same } from './settings.js'

/** @import { Values } from './settings.js' */

/** Settings that no preset speaks about. */
const OWN = ['replacements', 'allow_deviation', 'burned_in', 'sweep']

/** @type {Record<string, Values>} */
const PRESETS = /** @type {any} */ (presets)

/** Names of the presets, the strictest first. */
export const NAMES = Object.keys(PRESETS)

/**
 * Give what a preset sets.
 *
 * @param {string} name
 * @returns {Values}
 */
export function preset(name) {
  const all = { ...defaults(), ...PRESETS[name] }
  return Object.fromEntries(governed().map((key) => [key, all[key]]))
}

/**
 * Name the preset that choices agree with; `custom` if there is none.
 *
 * @param {Values} values
 */
export function presetOf(values) {
  const agrees = (/** @type {string} */ name) =>
    Object.entries(preset(name)).every(([key, value]) => same(values[key], value))
  return NAMES.find(agrees) ?? 'custom'
}

function governed() {
  return Object.keys(ENGINE).filter((key) => !OWN.includes(key))
}
