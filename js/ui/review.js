/**
 * Metadata Review: a person decides on each description, beside what the source says.
 * Originals are put on this screen and nowhere else.
 */

import { fault, forAll } from '../review.js'
import { visible } from '../visible.js'
import { has, say } from '../words.js'
import { announce, byId, clone, count, many } from './dom.js'
import { made, part } from './elements.js'

/**
 * @import { Choices, Patient, Series, Study, Variant } from '../review.js'
 * @import { State } from '../state.js'
 *
 * @typedef {object} Reviewing
 * @property {boolean} hasDirectory
 * @property {Choices} decided
 * @property {(thorough: boolean, progress: (done: number) => void) =>
 *   Promise<Patient[]>} survey
 * @property {(choices: Choices) => Promise<void>} decide
 */

/**
 * Offer a review of what was given; a DICOMDIR among it opens the dialog by itself.
 *
 * @param {State} state
 * @param {Reviewing} agreement
 */
export function reviewView(state, agreement) {
  const dialog = reviewDialog()
  const button = byId('review-open')
  const said = byId('review-said')
  let reading = false
  let sources = state.sources

  /** @param {boolean} thorough */
  async function review(thorough) {
    reading = true
    announce(said, () => '')
    const given = state.sources
    const all = count(given.length)
    const progress = (/** @type {number} */ done) => {
      button.textContent = say('review.reading', { done: count(done), all })
    }
    // who has begun a run or given other files in the meantime has decided without it
    const isDue = () => state.name !== 'running' && state.sources === given
    const told = (/** @type {string} */ key) => {
      if (thorough && isDue()) {
        announce(said, () => say(key))
      }
    }
    state.set({})
    try {
      const patients = await agreement.survey(thorough, progress)
      if (!patients.length) {
        told('review.none')
      } else if (isDue() && (thorough || state.name === 'ready')) {
        const choices = await dialog.open(patients, agreement.decided)
        if (choices) {
          await agreement.decide(choices)
        }
      }
    } catch (error) {
      // of a review that nobody asked for, a run will say why
      const key = error instanceof Error ? `failure.${error.message}` : ''
      told(has(key) ? key : 'failure.no-engine')
    }
    reading = false
    state.set({})
  }
  button.onclick = () => {
    if (!reading) {
      review(true)
    }
  }

  state.addEventListener('change', () => {
    const { name, listing, decided } = state
    button.hidden = !state.sources.length || listing || name === 'running'
    // disabled, it would lose focus
    button.ariaDisabled = String(reading)
    if (!reading) {
      button.textContent = decided
        ? many('review.decided', decided)
        : say('review.open')
    }
    if (name === 'running' || sources !== state.sources) {
      dialog.dismiss()
      announce(said, () => '')
    }
    if (name === 'ready' && !listing && sources !== state.sources) {
      sources = state.sources
      if (agreement.hasDirectory) {
        review(false)
      }
    }
  })
}

/**
 * @returns {{
 *   open(patients: Patient[], before?: Choices): Promise<Choices | null>,
 *   dismiss(): void,
 * }}
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
  dialog.onkeydown = (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      dialog.close()
    }
  }
  byId('review-form').onsubmit = (event) => {
    event.preventDefault()
    dialog.close('decided')
  }

  return {
    dismiss: () => dialog.close(),

    open(shown, before = new Map()) {
      patients = shown
      rows = []
      byId('review-patients').replaceChildren(
        ...patients.map((patient) => section(patient, rows)),
      )
      choose(new Map([...forAll(patients, 'suggestion'), ...before]))
      dialog.returnValue = ''
      // beside the way to a run, not in it
      dialog.show()
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
  const element = clone('review-patient')
  const instances = many('count.instances', patient.instances)
  const id = patient.id || say('review.nobody')
  part(element, 'h3').textContent = say('review.patient', { id, instances })
  const body = part(element, 'tbody')
  for (const study of patient.studies) {
    add(many('review.study', study.series.length), 'study', study)
    for (const series of study.series) {
      add(titleOf(series), 'series', series)
    }
  }
  return element

  /**
   * @param {string} what
   * @param {string} level
   * @param {Study | Series} entity
   */
  function add(what, level, entity) {
    if (entity.uid) {
      const row = new Row(what, level, entity)
      rows.push(row)
      body.append(row.element)
    }
  }
}

/** @param {Series} series */
function titleOf({ modality, number, instances }) {
  const parts = [
    modality,
    number && say('review.series', { number }),
    many('count.instances', instances),
  ]
  return visible(parts.filter(Boolean).join(' · '))
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
    this.#decision = part(this.element, 'select')
    this.#text = part(this.element, 'input')
    this.element.dataset.level = level
    part(this.element, 'th').append(what)
    part(this.element, 'td').append(...originals(descriptions))
    const [clean] = this.#decision.options
    clean.disabled = !this.#suggestion
    this.#decision.ariaLabel = say('review.decision.on', { what })
    this.#text.ariaLabel = say('review.result.of', { what })
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
    const wrong = fault(this.#text.value)
    this.#text.setCustomValidity(wrong && say(`review.${wrong}`))
  }
}

/** @param {Variant[]} descriptions */
function originals(descriptions) {
  return descriptions.map(({ original, instances }) => {
    const line = made('p', visible(original))
    if (descriptions.length > 1) {
      line.append(made('span', ` ${many('count.instances', instances)}`, 'muted'))
    }
    return line
  })
}
