/**
 * What a person reviews before a run: the places of instances, made into patients with
 * their studies and series, and what is decided on their descriptions. The same places
 * give the same tree in whatever order they come.
 */

/** @import { Description, Place } from './shared/protocol.js' */

/**
 * A description, with the number of instances that have it.
 *
 * @typedef {Description & { instances: number }} Variant
 *
 * @typedef {object} Series
 * @property {string} uid
 * @property {string} modality
 * @property {string} number
 * @property {number} instances
 * @property {Variant[]} descriptions  the most common one first; mostly there is one
 *
 * @typedef {object} Study
 * @property {string} uid
 * @property {number} instances
 * @property {Variant[]} descriptions
 * @property {Series[]} series
 *
 * @typedef {object} Patient
 * @property {string} id
 * @property {number} instances
 * @property {Study[]} studies
 *
 * @typedef {object} Figures
 * @property {number} patients
 * @property {number} studies
 * @property {number} series
 * @property {number} instances
 *
 * By new Study or Series Instance UID what the description is to be, null to drop it.
 * On what is not in it the settings decide.
 *
 * @typedef {Map<string, string | null>} Choices
 *
 * By original; see `Review`.
 *
 * @typedef {Map<string, Variant>} Variants
 *
 * @typedef {Place & { ofStudy: Variants, ofSeries: Variants }} Known
 */

/** Characters of a description, which has VR LO (PS3.5 6.2). */
export const MAX_DESCRIPTION = 64

const LONGEST_UID = 64
const UID = /^\d+(\.\d+)+$/
const ILLEGAL = /[\\\p{Cc}\p{Cs}]/u

/** Collects places, of a directory or of one instance after the other. */
export class Review {
  /** @type {Map<string, Known>} */
  #series = new Map()

  /** @param {Place} place */
  add(place) {
    const id = JSON.stringify([place.patient, place.study, place.series])
    const known = this.#series.get(id) ?? {
      ...place,
      instances: 0,
      ofStudy: new Map(),
      ofSeries: new Map(),
    }
    this.#series.set(id, known)
    const { instances } = place
    known.instances += instances
    known.modality = told(known.modality, place.modality)
    known.number = told(known.number, place.number)
    count(known.ofStudy, { ...place.study_description, instances })
    count(known.ofSeries, { ...place.series_description, instances })
  }

  /** @returns {Patient[]} */
  patients() {
    return grouped(this.#series.values(), 'patient').map(([id, places]) => ({
      id,
      instances: total(places),
      studies: grouped(places, 'study').map(([uid, below]) => ({
        uid,
        instances: total(below),
        descriptions: listed(below.map((one) => one.ofStudy)),
        series: below.map(series).sort(byNumber),
      })),
    }))
  }
}

/**
 * Count what there is.
 *
 * @param {Patient[]} patients
 * @returns {Figures}
 */
export function figures(patients) {
  const studies = patients.flatMap((patient) => patient.studies)
  return {
    patients: patients.length,
    studies: studies.length,
    series: studies.flatMap((study) => study.series).length,
    instances: patients.reduce((sum, { instances }) => sum + instances, 0),
  }
}

/**
 * Choose for all studies and series at once.
 *
 * @param {Patient[]} patients
 * @param {'suggestion' | 'drop'} what
 * @returns {Choices}
 */
export function forAll(patients, what) {
  const studies = patients.flatMap((patient) => patient.studies)
  const all = studies.flatMap((study) => [study, ...study.series])
  return new Map(
    all.map(({ uid, descriptions }) => [
      uid,
      (what === 'suggestion' && descriptions[0]?.suggestion) || null,
    ]),
  )
}

/**
 * Say what a description must not have: a code, nothing if it is legal.
 *
 * @param {string} text
 * @returns {'' | 'too-long' | 'illegal-character'}
 */
export function fault(text) {
  const said = text.replace(/^ +| +$/g, '')
  if (ILLEGAL.test(said)) {
    return 'illegal-character'
  }
  return [...said].length > MAX_DESCRIPTION ? 'too-long' : ''
}

/**
 * Write choices as the terms of a run, and as a file that the command reads; what has
 * no UID, or none that is legal, cannot be chosen for.
 *
 * @param {Choices} choices
 */
export function written(choices) {
  const known = [...choices].filter(
    ([uid]) => UID.test(uid) && uid.length <= LONGEST_UID,
  )
  known.sort(([one], [other]) => compare(one, other))
  return known.length ? JSON.stringify(Object.fromEntries(known), null, 2) : ''
}

/**
 * Read choices that have been written, here or by hand.
 *
 * @param {string} text
 * @returns {Choices | null}  null if they are none
 */
export function read(text) {
  /** @type {unknown} */
  let values
  try {
    values = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof values !== 'object' || !values || Array.isArray(values)) {
    return null
  }
  const choices = new Map(Object.entries(values))
  const legal = [...choices.values()].every(
    (value) => value === null || (typeof value === 'string' && !fault(value)),
  )
  return legal ? choices : null
}

/**
 * @param {Known} known
 * @returns {Series}
 */
function series({ series: uid, modality, number, instances, ofSeries }) {
  return { uid, modality, number, instances, descriptions: listed([ofSeries]) }
}

/**
 * @param {Variants} variants
 * @param {Variant} variant
 */
function count(variants, variant) {
  const { original, suggestion, instances } = variant
  if (original) {
    const before = variants.get(original)
    variants.set(original, {
      original,
      // of an instance that names the patient in another way it may lack more
      suggestion: before ? shorter(before.suggestion, suggestion) : suggestion,
      instances: (before?.instances ?? 0) + instances,
    })
  }
}

/**
 * @param {Variants[]} all
 * @returns {Variant[]}
 */
function listed(all) {
  /** @type {Variants} */
  const together = new Map()
  for (const variant of all.flatMap((variants) => [...variants.values()])) {
    count(together, variant)
  }
  return [...together.values()].sort(
    (one, other) =>
      other.instances - one.instances || compare(one.original, other.original),
  )
}

/**
 * @param {Iterable<Known>} places
 * @param {'patient' | 'study'} key
 * @returns {[string, Known[]][]}  in order
 */
function grouped(places, key) {
  /** @type {Map<string, Known[]>} */
  const groups = new Map()
  for (const place of places) {
    const group = groups.get(place[key])
    if (group) {
      group.push(place)
    } else {
      groups.set(place[key], [place])
    }
  }
  return [...groups].sort(([one], [other]) => compare(one, other))
}

/** @param {Known[]} places */
function total(places) {
  return places.reduce((sum, place) => sum + place.instances, 0)
}

/**
 * @param {Series} one
 * @param {Series} other
 */
function byNumber(one, other) {
  const [first, second] = [one, other].map(({ number }) =>
    /^\s*[+-]?\d+\s*$/.test(number) ? Number(number) : Number.POSITIVE_INFINITY,
  )
  return compare(first, second) || compare(one.uid, other.uid)
}

/**
 * @template {string | number} T
 * @param {T} one
 * @param {T} other
 */
function compare(one, other) {
  return Number(one > other) - Number(one < other)
}

/**
 * @param {string} one
 * @param {string} other
 */
function shorter(one, other) {
  return (compare(one.length, other.length) || compare(one, other)) < 0 ? one : other
}

/**
 * Of two values give one that says something, always the same.
 *
 * @param {string} one
 * @param {string} other
 */
function told(one, other) {
  return one && (!other || one < other) ? one : other
}
