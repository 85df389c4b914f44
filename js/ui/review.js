/**
 * Metadata Review: a person decides on each description, beside what the source says.
 * Originals are put on this screen and nowhere else.
 */

import { fault, forAll, MAX_DESCRIPTION } from '../review.js'
import { byId, clone, plural } from './dom.js'

/** @import { Choices, Patient, Series, Study, Variant } from '../review.js' */

/** @type {Record<string, string>} */
const FAULTS = {
  'too-long': `At most ${MAX_DESCRIPTION} characters fit.`,
  'illegal-character': 'Leave out backslashes and control characters.',
}

/**
 * @returns {{ open(patients: Patient[], before?: Choices): Promise<Choices | null> }}
 *   `open` shows the dialog, with what was chosen before; null if it was dismissed
 */
export function reviewDialog() {
  /** @type {HTMLDialogElement} */
  const dialog = byId('review')
  /** @type {Row[]} */
  let rows = []
  /** @type {Patient[]} */
  let patients = []
  /** @param {Choices} choices */
  const choose = (choices) => {
    for (const row of rows) {
      row.choose(choices)
    }
  }
  byId('review-suggestions').onclick = () => choose(forAll(patients, 'suggestion'))
  byId('review-drop').onclick = () => choose(forAll(patients, 'drop'))
  byId('review-dismiss').onclick = () => dialog.close()
  byId('review-form').onsubmit = (event) => {
    event.preventDefault()
    dialog.close('decided')
  }

  return {
    open(shown, before = new Map()) {
      patients = shown
      rows = []
      byId('review-patients').replaceChildren(
        ...patients.map((patient) => section(patient, rows)),
      )
      choose(new Map([...forAll(patients, 'suggestion'), ...before]))
      dialog.returnValue = ''
      dialog.showModal()
      return new Promise((resolve) => {
        dialog.onclose = () => {
          const decided = dialog.returnValue === 'decided'
          resolve(decided ? new Map(rows.map((row) => row.choice)) : null)
          byId('review-patients').replaceChildren()
        }
      })
    },
  }
}

/**
 * @param {Patient} patient
 * @param {Row[]} rows  gets those that are made
 */
function section(patient, rows) {
  const made = clone('review-patient')
  const instances = plural(patient.instances, 'instance')
  const title = ` ${patient.id || 'without an ID'} · ${instances}`
  made.querySelector('h3')?.append(title)
  const body = made.querySelector('tbody')
  for (const study of patient.studies) {
    const heading = `Study · ${plural(study.series.length, 'series', 'series')}`
    add(heading, 'study', study)
    for (const series of study.series) {
      add(titleOf(series), 'series', series)
    }
  }
  return made

  /**
   * @param {string} what
   * @param {string} level
   * @param {Study | Series} entity
   */
  function add(what, level, entity) {
    if (entity.uid) {
      const row = new Row(what, level, entity)
      rows.push(row)
      body?.append(row.element)
    }
  }
}

/** @param {Series} series */
function titleOf({ modality, number, instances }) {
  const parts = [modality, number && `series ${number}`, plural(instances, 'instance')]
  return parts.filter(Boolean).join(' · ')
}

/** A description to be decided on. */
class Row {
  #uid
  #suggestion
  /** @type {HTMLSelectElement} */
  #decision
  /** @type {HTMLInputElement} */
  #text
  element = clone('review-row')

  /**
   * @param {string} what
   * @param {string} level
   * @param {Study | Series} entity
   */
  constructor(what, level, { uid, descriptions }) {
    this.#uid = uid
    this.#suggestion = descriptions[0]?.suggestion ?? ''
    this.#decision = /** @type {any} */ (this.element.querySelector('select'))
    this.#text = /** @type {any} */ (this.element.querySelector('input'))
    this.element.dataset.level = level
    this.element.querySelector('th')?.append(what)
    this.element.querySelector('td')?.append(...originals(descriptions))
    const [clean] = this.#decision.options
    clean.disabled = !this.#suggestion
    this.#decision.ariaLabel = `Decision on ${what}`
    this.#text.ariaLabel = `Description of ${what} in the result`
    this.#decision.onchange = () => this.#show(this.#decision.value)
    this.#text.oninput = () => this.#show('edit')
  }

  /** @returns {[string, string | null]} */
  get choice() {
    const text = this.#text.value.trim()
    return [this.#uid, (this.#decision.value !== 'drop' && text) || null]
  }

  /** @param {Choices} choices  that may say something of it */
  choose(choices) {
    const wanted = choices.get(this.#uid)
    if (wanted !== undefined) {
      this.#text.value = wanted ?? ''
      const clean = wanted === this.#suggestion ? 'clean' : 'edit'
      this.#show(wanted ? clean : 'drop')
    }
  }

  /** @param {string} decision */
  #show(decision) {
    this.#decision.value = decision
    this.element.dataset.decision = decision
    if (decision !== 'edit') {
      this.#text.value = decision === 'clean' ? this.#suggestion : ''
    }
    this.#text.setCustomValidity(FAULTS[fault(this.#text.value)] ?? '')
  }
}

/** @param {Variant[]} descriptions */
function originals(descriptions) {
  return descriptions.map(({ original, instances }) => {
    const line = document.createElement('p')
    line.textContent = original
    if (descriptions.length > 1) {
      const often = document.createElement('span')
      often.className = 'muted'
      often.textContent = ` ${plural(instances, 'instance')}`
      line.append(often)
    }
    return line
  })
}
