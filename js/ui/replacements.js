/**
 * The editor of replacements: find an attribute, say a value. The engine judges what is
 * entered while it is entered; only what it can follow becomes a choice.
 */

import { named, search } from '../settings/attributes.js'
import { fromCsv, join, split, toCsv } from '../settings/replacements.js'
import { has, say } from '../words.js'
import { announce, byId, count } from './dom.js'
import { button, row } from './elements.js'
import { chosen, saveText } from './files.js'
import { outlook } from './outlook.js'
import { refusalInWords } from './refusal.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { Attribute, Refusal, Reply, Source } from '../shared/protocol.js'
 * @import { State } from '../state.js'
 *
 * @typedef {object} Engine
 * @property {() => Promise<Attribute[]>} attributes
 * @property {(settings: string) => Promise<Refusal | null>} vet
 * @property {(source: Source, settings: string) => Promise<Reply>} inspect
 */

const PLACEHOLDERS = ['patient', 'study', 'series', 'instance']

const FILE = 'cordon-replacements.csv'

/** Attributes that are suggested at once. */
const SUGGESTED = 30

/** Milliseconds without a key before the engine is asked. */
const PAUSE = 250

/**
 * @param {State} state
 * @param {Choices} choices
 * @param {Engine} engine
 */
export function replacementsView(state, choices, engine) {
  const editor = new Editor(state, choices, engine)
  byId('replacements-export').onclick = () =>
    saveText(toCsv(choices.list('replacements').map(split)), FILE)
  byId('replacements-import').onclick = () => byId('replacements-file').click()
  chosen('replacements-file', ([file]) => editor.read(file))

  const render = () => {
    showList(choices.list('replacements'), state.name === 'running', editor)
    editor.hint()
    editor.renew()
  }
  choices.addEventListener('change', render)
  state.addEventListener('change', render)
}

/**
 * @param {string[]} entries
 * @param {boolean} running
 * @param {Editor} editor
 */
function showList(entries, running, editor) {
  byId('replacements-count').textContent = entries.length ? count(entries.length) : ''
  byId('replacements-list').hidden = !entries.length
  byId('replacements-rows').replaceChildren(
    ...entries.map((entry, at) => {
      const remove = () => editor.take(entries.toSpliced(at, 1))
      return entryRow(entry, running, remove)
    }),
  )
}

const nothing = () => ''

/** The two fields of an entry, and what is said of them. */
class Editor {
  #state
  #choices
  #engine
  /** @type {HTMLInputElement} */
  #attribute = byId('replacement-attribute')
  /** @type {HTMLInputElement} */
  #value = byId('replacement-value')
  #said = byId('replacement-said')
  /** @type {Attribute[]} */
  #known = []
  #pause = 0
  /** What the engine was asked last, and of which source. @type {unknown[]} */
  #question = []

  /**
   * @param {State} state
   * @param {Choices} choices
   * @param {Engine} engine
   */
  constructor(state, choices, engine) {
    this.#state = state
    this.#choices = choices
    this.#engine = engine
    const fold = /** @type {HTMLDetailsElement} */ (byId('replacements'))
    fold.ontoggle = () => fold.open && this.#learn()
    for (const field of [this.#attribute, this.#value]) {
      field.oninput = () => this.#entered()
      field.onkeydown = (event) => {
        if (event.key === 'Enter') {
          event.preventDefault()
          this.#add()
        }
      }
    }
    byId('replacement-add').onclick = () => this.#add()
    // new IDs are others under another key
    for (const id of ['key', 'passphrase']) {
      byId(id).addEventListener('change', () => this.#entry.attribute && this.#ask())
    }
    byId('placeholders').append(...PLACEHOLDERS.map((name) => chip(name, this.#value)))
  }

  /** Take a list, if the engine can follow it. @param {string[]} entries */
  async take(entries) {
    const refusal = await this.#wrong(entries)
    this.#refuse(refusal)
    if (!refusal) {
      this.#choices.set({ replacements: entries })
    }
    return !refusal
  }

  /** @param {File} file */
  async read(file) {
    try {
      await this.take(fromCsv(await file.text()).map(join))
    } catch {
      this.#said.removeAttribute('lang')
      announce(this.#said, () => say('replacements.unreadable'))
    }
  }

  /** Say what kind of value the attribute takes. */
  hint() {
    const [, , name, vr] = this.#found ?? []
    const kind = has(`vr.${vr}`) ? say(`vr.${vr}`) : ''
    byId('replacement-hint').textContent = name ? `${name} · ${vr} ${kind}`.trim() : ''
  }

  async #learn() {
    if (!this.#known.length) {
      this.#known = await this.#engine.attributes()
      this.#suggest()
    }
  }

  #suggest() {
    const found = search(this.#known, this.#attribute.value).slice(0, SUGGESTED)
    byId('attributes').replaceChildren(
      ...found.map(([tag, keyword, name]) => {
        const option = document.createElement('option')
        option.value = keyword
        option.label = `${name} (${tag.slice(0, 4)},${tag.slice(4)})`
        return option
      }),
    )
  }

  #entered() {
    this.#suggest()
    this.hint()
    this.#ask()
  }

  /** Ask again, if something else than what is entered has changed. */
  renew() {
    const isOther = (/** @type {unknown} */ part, /** @type {number} */ at) =>
      part !== this.#question[at]
    if (this.#entry.attribute && this.#now.some(isOther)) {
      this.#ask()
    }
  }

  #ask() {
    this.#question = this.#now
    clearTimeout(this.#pause)
    const pause = window.setTimeout(async () => {
      const entries = this.#entry.attribute ? [join(this.#entry)] : []
      const refusal = await this.#wrong(entries)
      const words = refusal
        ? nothing
        : await this.#outlook(entries).catch(() => nothing)
      // something else may have been entered in the meantime
      if (pause === this.#pause) {
        this.#refuse(refusal)
        announce(byId('replacement-outlook'), words)
      }
    }, PAUSE)
    this.#pause = pause
  }

  /** What an answer depends on, besides the key. */
  get #now() {
    const running = this.#state.name === 'running'
    return [this.#settings([join(this.#entry)]), this.#source, running]
  }

  /**
   * Say what the entry would make of the instance that was looked at last.
   *
   * @param {string[]} entries
   * @returns {Promise<() => string>}
   */
  async #outlook(entries) {
    const [tag] = this.#found ?? []
    const source = this.#source
    if (!entries.length || !tag || !source || this.#state.name === 'running') {
      return nothing
    }
    const reply = await this.#engine.inspect(source, this.#settings(entries))
    return () => outlook(reply, tag, source.number)
  }

  get #source() {
    const { sources, inspected } = this.#state
    return sources[Math.min(inspected, sources.length) - 1]
  }

  /** The attribute that is entered, if it is a known one. */
  get #found() {
    return named(this.#known, this.#attribute.value)
  }

  async #add() {
    clearTimeout(this.#pause)
    this.#pause = 0
    announce(byId('replacement-outlook'), nothing)
    const entry = this.#entry
    const all = [...this.#choices.list('replacements'), join(entry)]
    if (entry.attribute && (await this.take(all))) {
      this.#attribute.value = ''
      this.#value.value = ''
      this.hint()
    }
    if (!this.#entry.attribute) {
      this.#attribute.focus()
    }
  }

  get #entry() {
    return { attribute: this.#attribute.value.trim(), value: this.#value.value }
  }

  /** @param {string[]} entries  @returns {Promise<Refusal | null>} */
  async #wrong(entries) {
    const refusal = await this.#engine.vet(this.#settings(entries))
    return refusal?.setting === 'replacements' ? refusal : null
  }

  /** @param {string[]} replacements  @returns {string} settings that have them */
  #settings(replacements) {
    return JSON.stringify({ ...JSON.parse(this.#choices.settings), replacements })
  }

  /** @param {Refusal | null} refusal */
  #refuse(refusal) {
    announce(this.#said, () => (refusal ? refusalInWords(refusal).text : ''))
  }
}

/**
 * @param {string} entry
 * @param {boolean} running
 * @param {() => void} remove
 */
function entryRow(entry, running, remove) {
  const { attribute, value } = split(entry)
  const last = button(say('button.remove'), remove, 'quiet')
  last.ariaLabel = say('replacements.remove.one', { attribute })
  last.disabled = running
  return row([attribute, value || say('replacements.empty'), last])
}

/**
 * A placeholder, to be put where the cursor is.
 *
 * @param {string} name
 * @param {HTMLInputElement} value
 */
function chip(name, value) {
  const text = `{${name}}`
  const put = () => {
    const at = value.selectionStart ?? value.value.length
    value.setRangeText(text, at, value.selectionEnd ?? at, 'end')
    value.focus()
    value.dispatchEvent(new Event('input'))
  }
  return button(text, put, 'chip')
}
