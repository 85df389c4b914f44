/**
 * The form: presets, folds with a row for every setting, and what is wrong with a
 * choice, said where it arises.
 */

import { CONTESTED, conflicts } from '../settings/conflicts.js'
import { NAMES, preset, presetOf } from '../settings/presets.js'
import { changed } from '../settings/settings.js'
import { fill, say } from '../words.js'
import { absent, input, row, select, words } from './controls.js'
import { byId, paired, put } from './dom.js'
import { made, part } from './elements.js'
import { refusals, titleOf, wordsFor } from './naming.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { State } from '../state.js'
 */

/** What each fold of the form holds, in order; the others have their own editor. */
const GROUPS = {
  profile: [
    'retain_longitudinal',
    'retain_patient_characteristics',
    'retain_device_identity',
    'retain_institution_identity',
    'retain_uids',
    'retain_safe_private',
    'clean_descriptors',
    'clean_structured_content',
    'clean_graphics',
  ],
  general: ['burned_in', 'sweep', 'delete_private', 'delete_unknown', 'notify'],
  replacements: ['allow_deviation'],
  output: [
    'output',
    'codec',
    'level',
    'zip_workers',
    'deflate_compressed',
    'dicomdir',
    'errors_in_zip',
    'seal',
  ],
  workers: ['workers'],
}

/** Options of PS3.15 that this version does not have. */
const ABSENT = ['clean_pixel_data', 'clean_visual_features']

/**
 * @param {State} state
 * @param {Choices} choices
 */
export function optionsView(state, choices) {
  const form = /** @type {HTMLFormElement} */ (byId('options'))
  form.onsubmit = (event) => event.preventDefault()
  for (const one of document.querySelectorAll('select[data-choice]')) {
    select(/** @type {HTMLSelectElement} */ (one), choices)
  }
  for (const [name, keys] of Object.entries(GROUPS)) {
    const rows = part(form, `[data-group=${name}] .rows`)
    rows.append(...keys.map((key) => row(key, choices)))
    if (name === 'profile') {
      rows.append(...ABSENT.map(absent))
    }
  }
  byId('presets').append(...[...NAMES, 'custom'].map((name) => segment(name, choices)))

  fill(document)
  const render = () => {
    showValues(choices)
    showClosed(form, choices, state.name === 'running')
  }
  choices.addEventListener('change', render)
  state.addEventListener('change', render)
}

/**
 * Close what cannot be chosen: not now, not on this site, or not in this version.
 *
 * @param {HTMLFormElement} form
 * @param {Choices} choices
 * @param {boolean} running
 */
function showClosed(form, choices, running) {
  const views = document.querySelectorAll('.view select')
  for (const control of [...form.elements, ...views]) {
    const { absent, choice = '' } = /** @type {HTMLElement} */ (control).dataset
    const closed = absent !== undefined || choices.locks(choice)
    const busy = running && form.contains(control)
    control.toggleAttribute('disabled', busy || closed)
  }
  for (const element of form.querySelectorAll('.choice')) {
    const key = element.querySelector('[data-choice]')?.getAttribute('data-choice')
    element.toggleAttribute('data-locked', Boolean(key && choices.locks(key)))
  }
}

/**
 * @param {string} name
 * @param {Choices} choices
 */
function segment(name, choices) {
  const label = document.createElement('label')
  const radio = input('radio', 'preset', `preset-${name}`)
  radio.name = 'preset'
  radio.value = name
  radio.onchange = () => {
    choices.custom = name === 'custom'
    if (choices.custom) {
      const fold = document.querySelector('[data-group=profile]')
      fold?.toggleAttribute('open', true)
    }
    choices.set(choices.custom ? {} : preset(name))
  }
  label.append(radio, words(`preset.${name}`))
  return label
}

/** @param {Choices} choices */
function showValues(choices) {
  for (const control of document.querySelectorAll('[data-choice]')) {
    const one = /** @type {HTMLInputElement} */ (control)
    const key = String(one.dataset.choice)
    if (one.type === 'checkbox') {
      one.checked = choices.flag(key)
    } else {
      one.value = choices.text(key)
    }
  }
  const name = choices.custom ? 'custom' : presetOf(choices.values)
  /** @type {HTMLInputElement} */
  const radio = byId(`preset-${name}`)
  radio.checked = true
  byId('preset-hint').textContent = say(`preset.${name}.hint`)
  const options = GROUPS.profile.filter((key) => key in changed(choices.values)).length
  put(
    byId('profile-summary'),
    options ? say('options.summary', { number: options }) : say('options.basic'),
  )
  showAsked(choices)
  showConflicts(choices)
}

/** @param {Choices} choices */
function showAsked(choices) {
  const asked = Object.entries(choices.imposed)
  byId('settings').replaceChildren(
    ...asked.map(([key, value]) =>
      made('li', paired(titleOf(key), wordsFor(key, value))),
    ),
  )
  byId('asked-row').hidden = !asked.length
  const refused = byId('refused')
  refused.hidden = !choices.refused.length
  put(refused, refusals(choices.refused, choices).join(' · '))
}

/** @param {Choices} choices */
function showConflicts(choices) {
  const found = conflicts(choices.values)
  for (const key of CONTESTED) {
    const text = found.includes(key) ? say(`conflict.${key}`) : ''
    put(byId(`choice-${key}-conflict`), text)
  }
  // folds may be closed
  const summary = byId('conflicts')
  summary.hidden = !found.length
  summary.textContent = say('conflict.summary', {
    names: found.map(titleOf).join(', '),
  })
}
