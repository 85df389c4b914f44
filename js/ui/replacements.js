/**
 * The editor of replacements: find an attribute, say a value. The engine judges what is
 * entered while it is entered; only what it can follow becomes a choice.
 */

import { fromCsv, join, split, toCsv } from '../settings/replacements.js'
import { has, say } from '../words.js'
import { announce, byId, count, save } from './dom.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { Attribute, Refusal } from '../shared/protocol.js'
 * @import { State } from '../state.js'
 */

const PLACEHOLDERS = ['patient', 'study', 'series', 'instance']

/** Attributes that are suggested at once. */
const SUGGESTED = 30

/** Milliseconds without a key before the engine is asked. */
const PAUSE = 250

/**
 * @param {State} state
 * @param {Choices} choices
 * @param {object} engine
 * @param {() => Promise<Attribute[]>} engine.attributes
 * @param {(settings: string) => Promise<Refusal | null>} engine.vet
 */
export function replacementsView(state, choices, { attributes, vet }) {
  const attribute = field('replacement-attribute')
  const value = field('replacement-value')
  const said = byId('replacement-said')
  const file = field('replacements-file')
  /** @type {Attribute[]} */
  let known = []

  const fold = /** @type {HTMLDetailsElement} */ (byId('replacements'))
  fold.ontoggle = async () => {
    if (fold.open && !known.length) {
      known = await attributes()
      suggest()
    }
  }

  function suggest() {
    const found = search(known, attribute.value).slice(0, SUGGESTED)
    byId('attributes').replaceChildren(
      ...found.map(([tag, keyword, name]) => {
        const option = document.createElement('option')
        option.value = keyword
        option.label = `${name} (${tag.slice(0, 4)},${tag.slice(4)})`
        return option
      }),
    )
  }

  /** Say what kind of value an attribute takes. */
  function hint() {
    const entered = bare(attribute.value)
    const [, , name, vr] =
      known.find((one) => one.some((text) => bare(text) === entered)) ?? []
    const kind = has(`vr.${vr}`) ? say(`vr.${vr}`) : ''
    byId('replacement-hint').textContent = name ? `${name} · ${vr} ${kind}`.trim() : ''
  }

  /** @param {string[]} entries  @returns {Promise<string>}  what is wrong, if anything */
  async function wrong(entries) {
    const settings = { ...JSON.parse(choices.settings), replacements: entries }
    const refusal = await vet(JSON.stringify(settings))
    return refusal?.setting === 'replacements' ? refusal.reason : ''
  }

  /** @param {string} reason  of the engine, which speaks English alone */
  function refuse(reason) {
    said.lang = 'en'
    announce(said, () => reason)
  }

  /** @param {string[]} entries */
  async function take(entries) {
    const reason = await wrong(entries)
    refuse(reason)
    if (!reason) {
      choices.set({ replacements: entries })
    }
    return !reason
  }

  async function add() {
    if (!attribute.value.trim()) {
      attribute.focus()
      return
    }
    const entry = join({ attribute: attribute.value.trim(), value: value.value })
    if (await take([...choices.list('replacements'), entry])) {
      attribute.value = ''
      value.value = ''
      hint()
      attribute.focus()
    }
  }

  let pause = 0
  const judge = () => {
    suggest()
    hint()
    clearTimeout(pause)
    pause = window.setTimeout(async () => {
      const entry = join({ attribute: attribute.value.trim(), value: value.value })
      refuse(attribute.value.trim() ? await wrong([entry]) : '')
    }, PAUSE)
  }
  attribute.oninput = judge
  value.oninput = judge
  for (const input of [attribute, value]) {
    input.onkeydown = (event) => {
      if (event.key === 'Enter') {
        event.preventDefault()
        clearTimeout(pause)
        add()
      }
    }
  }
  byId('replacement-add').onclick = add
  byId('placeholders').append(...PLACEHOLDERS.map((name) => chip(name, value)))

  byId('replacements-export').onclick = () => {
    const text = toCsv(choices.list('replacements').map(split))
    save(new Blob([text], { type: 'text/csv' }), 'cordon-replacements.csv')
  }
  byId('replacements-import').onclick = () => file.click()
  file.onchange = async () => {
    const text = (await file.files?.[0]?.text()) ?? ''
    file.value = ''
    try {
      await take(fromCsv(text).map(join))
    } catch {
      said.removeAttribute('lang')
      announce(said, () => say('replacements.unreadable'))
    }
  }

  const render = () => {
    const entries = choices.list('replacements')
    byId('replacements-count').textContent = entries.length ? count(entries.length) : ''
    byId('replacements-list').hidden = !entries.length
    byId('replacements-rows').replaceChildren(
      ...entries.map((entry, at) => row(entry, () => take(entries.toSpliced(at, 1)))),
    )
    for (const button of byId('replacements-list').querySelectorAll('button')) {
      button.disabled = state.name === 'running'
    }
    hint()
  }
  choices.addEventListener('change', render)
  state.addEventListener('change', render)
}

/**
 * Find attributes by keyword, name or tag: what begins with the text first.
 *
 * @param {Attribute[]} known
 * @param {string} text
 */
function search(known, text) {
  const wanted = bare(text)
  const begins = (/** @type {Attribute} */ one) =>
    one.some((part) => bare(part).startsWith(wanted))
  const holds = (/** @type {Attribute} */ one) =>
    one.some((part) => bare(part).includes(wanted))
  const found = known.filter(holds)
  return [...found.filter(begins), ...found.filter((one) => !begins(one))]
}

/** @param {string} text  as it is compared: letters and digits */
function bare(text) {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/**
 * @param {string} entry
 * @param {() => void} remove
 */
function row(entry, remove) {
  const line = document.createElement('tr')
  const { attribute, value } = split(entry)
  const cells = [attribute, value || say('replacements.empty')].map((text) => {
    const cell = document.createElement('td')
    cell.textContent = text
    return cell
  })
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'quiet'
  button.textContent = say('replacements.remove')
  button.setAttribute('aria-label', say('replacements.remove.one', { attribute }))
  button.onclick = remove
  const last = document.createElement('td')
  last.append(button)
  line.append(...cells, last)
  return line
}

/**
 * A placeholder, to be put where the cursor is.
 *
 * @param {string} name
 * @param {HTMLInputElement} value
 */
function chip(name, value) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'chip'
  button.textContent = `{${name}}`
  button.onclick = () => {
    const at = value.selectionStart ?? value.value.length
    value.setRangeText(`{${name}}`, at, value.selectionEnd ?? at, 'end')
    value.focus()
    value.dispatchEvent(new Event('input'))
  }
  return button
}

/** @param {string} id  @returns {HTMLInputElement} */
function field(id) {
  return byId(id)
}
