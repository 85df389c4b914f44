/**
 * The form: presets, every setting of the engine's schema and of the page's, where new
 * IDs come from, and what is wrong with a choice, said where it arises.
 */

import { NAMES, preset, presetOf } from '../settings/presets.js'
import { changed, ENGINE, PAGE } from '../settings/settings.js'
import { fill, has, say } from '../words.js'
import { announce, byId, clone, save } from './dom.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { Property } from '../settings/settings.js'
 * @import { State } from '../state.js'
 * @import { KeyChoice } from '../agreement.js'
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
 * @returns {{ key: () => KeyChoice }}  what the user wants the key to be
 */
export function optionsView(state, choices) {
  const form = /** @type {HTMLFormElement} */ (byId('options'))
  form.onsubmit = (event) => event.preventDefault()
  for (const [name, keys] of Object.entries(GROUPS)) {
    const rows = /** @type {Element} */ (
      form.querySelector(`[data-group=${name}] .rows`)
    )
    rows.append(...keys.map((key) => row(key, choices)))
    if (name === 'profile') {
      rows.append(...ABSENT.map(absent))
    }
  }
  for (const select of document.querySelectorAll('.view select, dialog select')) {
    fillSelect(/** @type {HTMLSelectElement} */ (select), choices)
  }
  byId('presets').append(...[...NAMES, 'custom'].map((name) => segment(name, choices)))
  const key = keyFields()
  carry(choices)

  fill(document)
  const render = () => {
    showValues(choices)
    const running = state.name === 'running'
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
  choices.addEventListener('change', render)
  state.addEventListener('change', render)
  return key
}

/**
 * @param {string} key
 * @param {Choices} choices
 */
function row(key, choices) {
  const property = ENGINE[key] ?? PAGE[key]
  const id = `choice-${key}`
  const element = described(clone('option-row'), key, id)
  const control = controlFor(property, key, id, choices)
  if (has(`${key}.help`)) {
    control.setAttribute('aria-describedby', `${id}-help`)
  }
  const place = /** @type {Element} */ (element.querySelector('.choice-control'))
  place.append(control)
  element.dataset.type = property.type
  return element
}

/**
 * An option that is not to be had: shown, with the reason.
 *
 * @param {string} key
 */
function absent(key) {
  const id = `choice-${key}`
  const element = described(clone('option-row'), key, id)
  const box = input('checkbox', key, id)
  box.disabled = true
  box.dataset.absent = ''
  box.setAttribute('aria-describedby', `${id}-help`)
  element.querySelector('.choice-control')?.append(box)
  element.dataset.type = 'boolean'
  return element
}

/**
 * @param {HTMLElement} element
 * @param {string} key
 * @param {string} id
 */
function described(element, key, id) {
  const part = (/** @type {string} */ selector) =>
    /** @type {HTMLElement} */ (element.querySelector(selector))
  const label = /** @type {HTMLLabelElement} */ (part('.choice-title'))
  label.htmlFor = id
  label.dataset.text = `${key}.title`
  part('.choice-code').textContent = has(`${key}.code`) ? say(`${key}.code`) : ''
  const help = part('.choice-help')
  help.id = `${id}-help`
  help.append(...[`${key}.help`, `${key}.cost`].filter(has).map(words))
  return element
}

/** @param {string} key */
function words(key) {
  const element = document.createElement('span')
  element.dataset.text = key
  return element
}

/**
 * @param {Property} property
 * @param {string} key
 * @param {string} id
 * @param {Choices} choices
 */
function controlFor(property, key, id, choices) {
  if (property.type === 'string') {
    const select = document.createElement('select')
    select.id = id
    select.dataset.choice = key
    return fillSelect(select, choices)
  }
  const control = input(property.type === 'boolean' ? 'checkbox' : 'number', key, id)
  if (property.type === 'boolean') {
    control.onchange = () => choices.set({ [key]: control.checked })
    return control
  }
  control.min = String(property.minimum)
  control.max = String(property.maximum)
  control.onchange = () => {
    // an empty or impossible number goes back to what it was
    if (control.value && control.validity.valid) {
      choices.set({ [key]: control.valueAsNumber })
    }
    control.value = choices.text(key)
  }
  return control
}

/**
 * @param {'checkbox' | 'number' | 'radio'} type
 * @param {string} key
 * @param {string} id
 */
function input(type, key, id) {
  const control = document.createElement('input')
  control.type = type
  control.id = id
  if (key in ENGINE || key in PAGE) {
    control.dataset.choice = key
  }
  return control
}

/**
 * @param {HTMLSelectElement} select
 * @param {Choices} choices
 */
function fillSelect(select, choices) {
  const key = String(select.dataset.choice)
  const { enum: values = [] } = ENGINE[key] ?? PAGE[key]
  select.replaceChildren(
    ...values.map((value) => {
      const option = new Option('', String(value))
      option.dataset.text = `${key}.${value}`
      return option
    }),
  )
  select.value = choices.text(key)
  select.onchange = () => choices.set({ [key]: select.value })
  return select
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
    if (name === 'custom') {
      /** @type {HTMLDetailsElement} */
      const fold = /** @type {any} */ (document.querySelector('[data-group=profile]'))
      fold.open = true
    } else {
      choices.set(preset(name))
    }
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
  const name = presetOf(choices.values)
  /** @type {HTMLInputElement} */
  const radio = byId(`preset-${name}`)
  radio.checked = true
  byId('preset-hint').textContent = say(`preset.${name}.hint`)
  const options = GROUPS.profile.filter((key) => key in changed(choices.values)).length
  byId('profile-summary').textContent = options
    ? say('options.summary', { number: options })
    : say('options.basic')
  showAsked(choices)
  byId('conflicts').replaceChildren(
    ...conflicts(choices).map((conflict) => item(say(conflict))),
  )
}

/** @param {Choices} choices */
function showAsked(choices) {
  const asked = Object.entries(changed(choices.asked, ENGINE))
  byId('settings').replaceChildren(
    ...asked.map(([key, value]) =>
      item(`${key} = ${Array.isArray(value) ? value.join(', ') : value}`),
    ),
  )
  byId('asked-row').hidden = !asked.length
  const unknown = byId('refused')
  unknown.hidden = !choices.refused.length
  unknown.textContent = say('options.refused', { keys: choices.refused.join(', ') })
}

/** @param {string} text */
function item(text) {
  const element = document.createElement('li')
  element.textContent = text
  return element
}

/**
 * Choices that make no sense together: keys of what to say of them.
 *
 * @param {Choices} choices
 */
function conflicts(choices) {
  const found = []
  if (choices.flag('retain_safe_private') && !choices.flag('delete_private')) {
    found.push('conflict.private')
  }
  if (choices.flag('allow_deviation') && !choices.list('replacements').length) {
    found.push('conflict.deviation')
  }
  if (choices.text('sweep') === 'off') {
    found.push('conflict.sweep')
  }
  if (!choices.flag('delete_private')) {
    found.push('conflict.keep_private')
  }
  return found
}

/** Where new IDs come from. */
function keyFields() {
  /** @type {HTMLSelectElement} */
  const kind = byId('key')
  /** @type {HTMLInputElement} */
  const passphrase = byId('passphrase')
  kind.onchange = () => {
    for (const hint of byId('key-hints').children) {
      hint.toggleAttribute('hidden', hint.getAttribute('data-key') !== kind.value)
    }
    byId('passphrase-row').hidden = kind.value !== 'passphrase'
  }
  return {
    key: () => ({
      kind: /** @type {KeyChoice['kind']} */ (kind.value),
      passphrase: passphrase.value,
    }),
  }
}

/**
 * Settings travel: to a file, from a file, in an address.
 *
 * @param {Choices} choices
 */
function carry(choices) {
  const tell = (/** @type {string} */ key, values = {}) =>
    announce(byId('options-said'), () => say(key, values))
  /** @type {HTMLInputElement} */
  const file = byId('options-file')
  byId('options-export').onclick = () =>
    save(
      new Blob([choices.written()], { type: 'application/json' }),
      'cordon-settings.json',
    )
  byId('options-import').onclick = () => file.click()
  file.onchange = async () => {
    const text = await file.files?.[0]?.text()
    file.value = ''
    try {
      const refused = choices.read(text ?? '')
      tell(`options.import.${refused.length ? 'refused' : 'done'}`, {
        keys: refused.join(', '),
      })
    } catch {
      tell('options.import.failed')
    }
  }
  byId('options-link').onclick = async () => {
    const link = new URL(location.href)
    link.search = choices.query()
    try {
      await navigator.clipboard.writeText(link.href)
      tell('options.link.done')
    } catch {
      // it was refused, or there is no clipboard, as over plain HTTP
      announce(byId('options-said'), () => link.href)
    }
  }
  byId('options-reset').onclick = () => {
    choices.reset()
    tell('options.reset.done')
  }
}
