/**
 * What there is to choose: the settings of a run, whose one list is the engine's
 * schema, and the page's own choices. Both are said the same way in the address, in a
 * file and in the browser's storage: `?retain_longitudinal=modified`.
 */

import engineSchema from '../../py/cordon/settings.schema.json' with { type: 'json' }
import pageSchema from './page.schema.json' with { type: 'json' }

/**
 * @typedef {boolean | number | string | string[]} Value
 * @typedef {Record<string, Value>} Values
 *
 * @typedef {object} Property
 * @property {'boolean' | 'integer' | 'string' | 'array'} type
 * @property {Value[]} [enum]
 * @property {Value} default
 * @property {number} [minimum]
 * @property {number} [maximum]
 */

/** @type {Record<string, Property>} */
export const ENGINE = /** @type {any} */ (engineSchema.properties)

/** @type {Record<string, Property>} */
export const PAGE = /** @type {any} */ (pageSchema.properties)

/** @type {Record<string, Property>} */
const ALL = { ...ENGINE, ...PAGE }

/** Parameters of the address that choose nothing. */
const OTHERS = ['embed']

/** Choices that suit a person or a device, and change nothing of a result. */
export const PERSONAL = [
  ...['layout', 'theme', 'language', 'shortcuts', 'notify'],
  ...['workers', 'zip_workers'],
]

/** Every choice at its default. @returns {Values} */
export function defaults() {
  return Object.fromEntries(Object.entries(ALL).map(([key, one]) => [key, one.default]))
}

/**
 * Read choices from the address. What the schemas do not allow is left out, and named
 * in `refused`: a stale link must not loosen anything unnoticed.
 *
 * @param {URLSearchParams} parameters
 * @returns {{ values: Values, refused: string[] }}
 */
export function fromAddress(parameters) {
  /** @type {Values} */
  const values = {}
  const refused = []
  for (const key of new Set(parameters.keys())) {
    if (OTHERS.includes(key)) {
      continue
    }
    const value = parse(propertyOf(key), parameters.getAll(key))
    if (value === undefined) {
      refused.push(key)
    } else {
      values[key] = value
    }
  }
  return { values, refused }
}

/**
 * Say choices as an address does. A list without entries has one without text.
 *
 * @param {Values} values
 */
export function toAddress(values) {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) {
    const list = Array.isArray(value) ? value : [value]
    for (const one of list.length ? list : ['']) {
      parameters.append(key, String(one))
    }
  }
  return parameters
}

/**
 * Take from what somebody wrote down what the schemas allow.
 *
 * @param {Record<string, unknown>} found
 * @returns {{ values: Values, refused: string[] }}
 */
export function fromFile(found) {
  const entries = Object.entries(found)
  const allowed = entries.filter(([key, value]) => fits(propertyOf(key), value))
  return {
    values: /** @type {Values} */ (Object.fromEntries(allowed)),
    refused: entries.filter((entry) => !allowed.includes(entry)).map(([key]) => key),
  }
}

/**
 * Choices that are not the defaults.
 *
 * @param {Values} values
 * @param {Record<string, Property>} [schema]
 * @returns {Values}
 */
export function changed(values, schema = ALL) {
  const entries = Object.entries(values).filter(
    ([key, value]) => key in schema && !same(value, schema[key].default),
  )
  return Object.fromEntries(entries)
}

/**
 * Choices that are others than some.
 *
 * @param {Values} values
 * @param {Values} others
 * @returns {Values}
 */
export function differing(values, others) {
  const entries = Object.entries(values)
  return Object.fromEntries(entries.filter(([key, value]) => !same(value, others[key])))
}

/** @param {string} key  anything */
export function isChoice(key) {
  return Object.hasOwn(ALL, key)
}

/**
 * @param {Value | undefined} one
 * @param {Value | undefined} other
 */
export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** @param {string} key  anything */
function propertyOf(key) {
  return isChoice(key) ? ALL[key] : undefined
}

/**
 * @param {Property | undefined} property
 * @param {string[]} texts
 * @returns {Value | undefined}
 */
function parse(property, texts) {
  const text = texts[texts.length - 1]
  /** @type {Record<Property['type'], () => Value | undefined>} */
  const readers = {
    array: () => texts.filter(Boolean),
    boolean: () => ({ true: true, false: false })[text],
    integer: () => (/^\d+$/.test(text) ? Number(text) : undefined),
    string: () => text,
  }
  const value = property && readers[property.type]()
  return fits(property, value) ? value : undefined
}

/**
 * @param {Property | undefined} property
 * @param {unknown} value
 */
function fits(property, value) {
  switch (property?.type) {
    case 'array':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
    case 'integer':
      return (
        Number.isInteger(value) &&
        Number(value) >= Number(property.minimum) &&
        Number(value) <= Number(property.maximum)
      )
    case undefined:
      return false
    default:
      return Boolean(property?.enum?.includes(/** @type {Value} */ (value)))
  }
}
