/**
 * The settings of a run. The schema is the only list of them; what is said here is
 * what the address of the page asks for: `?retain_longitudinal=modified`.
 */

import schema from '../../py/cordon/settings.schema.json' with { type: 'json' }

/** @typedef {Record<string, boolean | string | string[]>} Settings */

/** Parameters that are no settings. */
const OTHERS = ['output', 'workers', 'dicomdir']

/**
 * Read settings that differ from the defaults. What the schema does not allow is left
 * out, and named in `refused`: a stale link must not loosen anything unnoticed.
 *
 * @param {URLSearchParams} parameters
 * @returns {{ settings: Settings, refused: string[] }}
 */
export function fromAddress(parameters) {
  /** @type {Settings} */
  const settings = {}
  const refused = []
  for (const key of new Set(parameters.keys())) {
    if (OTHERS.includes(key)) {
      continue
    }
    const value = read(key, parameters.getAll(key))
    if (value === undefined) {
      refused.push(key)
    } else {
      settings[key] = value
    }
  }
  return { settings, refused }
}

/**
 * @param {string} key
 * @param {string[]} texts
 */
function read(key, texts) {
  const property = /** @type {Record<string, any>} */ (schema.properties)[key]
  if (property?.type === 'array') {
    return texts
  }
  const text = texts[texts.length - 1]
  if (property?.type === 'boolean') {
    return text === 'true' ? true : text === 'false' ? false : undefined
  }
  return property?.enum?.includes(text) ? text : undefined
}
