/** A row of the form for each setting, with the control that its schema asks for. */

import { CONTESTED } from '../settings/conflicts.js'
import { ENGINE, PAGE } from '../settings/settings.js'
import { has, say } from '../words.js'
import { clone } from './dom.js'
import { made, part } from './elements.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { Property } from '../settings/settings.js'
 */

/**
 * A setting of the schemas: its name, its control, and what it does.
 *
 * @param {string} key
 * @param {Choices} choices
 */
export function row(key, choices) {
  const property = ENGINE[key] ?? PAGE[key]
  const id = `choice-${key}`
  const element = described(clone('option-row'), key, id)
  const control = controlFor(property, key, id, choices)
  const about = has(`${key}.help`) ? [`${id}-help`] : []
  if (CONTESTED.includes(key)) {
    const conflict = made('p', '', 'choice-conflict refused')
    conflict.id = `${id}-conflict`
    conflict.role = 'status'
    element.append(conflict)
    about.push(conflict.id)
  }
  if (about.length) {
    control.setAttribute('aria-describedby', about.join(' '))
  }
  part(element, '.choice-control').append(control)
  element.dataset.type = property.type
  return element
}

/**
 * An option that is not to be had: shown, with the reason.
 *
 * @param {string} key
 */
export function absent(key) {
  const id = `choice-${key}`
  const element = described(clone('option-row'), key, id)
  const box = input('checkbox', key, id)
  box.disabled = true
  box.dataset.absent = ''
  box.setAttribute('aria-describedby', `${id}-help`)
  part(element, '.choice-control').append(box)
  element.dataset.type = 'boolean'
  return element
}

/**
 * @param {HTMLElement} element
 * @param {string} key
 * @param {string} id
 */
function described(element, key, id) {
  /** @type {HTMLLabelElement} */
  const label = part(element, '.choice-title')
  label.htmlFor = id
  label.dataset.text = `${key}.title`
  part(element, '.choice-code').textContent = has(`${key}.code`)
    ? say(`${key}.code`)
    : ''
  const help = part(element, '.choice-help')
  help.id = `${id}-help`
  help.append(...[`${key}.help`, `${key}.cost`].filter(has).map(words))
  return element
}

/** Words that `fill` sets. @param {string} key */
export function words(key) {
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
    const list = document.createElement('select')
    list.id = id
    list.dataset.choice = key
    return select(list, choices)
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
export function input(type, key, id) {
  const control = document.createElement('input')
  control.type = type
  control.id = id
  if (key in ENGINE || key in PAGE) {
    control.dataset.choice = key
  }
  return control
}

/**
 * Offer in a list what may be chosen.
 *
 * @param {HTMLSelectElement} element
 * @param {Choices} choices
 */
export function select(element, choices) {
  const key = String(element.dataset.choice)
  const { enum: values = [] } = ENGINE[key] ?? PAGE[key]
  element.replaceChildren(
    ...values.map((value) => {
      const option = new Option('', String(value))
      option.dataset.text = `${key}.${value}`
      if (has(`${key}.${value}.hint`)) {
        option.dataset.title = `${key}.${value}.hint`
      }
      return option
    }),
  )
  element.value = choices.text(key)
  element.onchange = () => choices.set({ [key]: element.value })
  return element
}
