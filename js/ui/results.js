/** What came of the run, in figures, and the result itself. */

import { visible } from '../visible.js'
import { has, locale, say } from '../words.js'
import { byId, count, duration, many, paired, size } from './dom.js'
import { described, made } from './elements.js'
import { save } from './files.js'
import { refusalInWords } from './refusal.js'
import { growTree } from './studies.js'

/**
 * @import { State } from '../state.js'
 * @import { Tally } from '../tally.js'
 */

/** Action codes of PS3.15 Table E.1-1a that are told, and one that is told if met. */
const ACTIONS = ['X', 'Z', 'D', 'U', 'C']
const RARE = 'C'

/** Notes that come first, by how their codes begin. */
const GRAVE = ['burned-in', 'residual']

/** Places of a note that are shown. */
const PLACES = 12

/**
 * @param {State} state
 * @param {() => void} given  told when the user has been given the result
 */
export function resultsView(state, given) {
  /** @type {HTMLButtonElement} */
  const button = byId('download')
  button.onclick = () => {
    if (state.result) {
      save(state.result.blob, state.result.name)
      state.set({ downloaded: true })
      given()
    }
  }
  let drawn = ''

  state.addEventListener('change', () => {
    const { over, tally } = state
    const section = byId('results')
    section.hidden = !over
    byId('no-results').hidden = over || state.name === 'running'
    const now = [over, state.name, state.started, locale(), state.mode].join()
    if (!over || now === drawn) {
      drawn = now
      return
    }
    drawn = now
    section.dataset.outcome = state.cancelled ? 'cancelled' : state.name
    byId('verdict').replaceChildren(verdict(state), ...refused(state))
    button.hidden = !state.result || state.name !== 'done'
    button.textContent = say(`results.download.${state.mode}`)
    const sweep = state.name === 'done' ? swept(state) : ''
    byId('swept').textContent = sweep
    byId('swept').hidden = !sweep
    byId('swept').dataset.found = String(finds(tally) > 0)
    const written = tally.written + tally.earlier
    byId('counts').replaceChildren(...(written ? actions(tally) : []))
    byId('facts').replaceChildren(...(written ? facts(state) : []))
    byId('notes').replaceChildren(...notes(tally))
    growTree(tally.tree)
  })
}

/** @param {State} state */
function verdict(state) {
  const { name, failure, tally, started, stopped, savedAs, queued } = state
  const time = duration(stopped - started)
  if (state.cancelled) {
    const files = `${count(tally.files)} / ${many('count.files', queued.length)}`
    return say('results.cancelled', { time, files })
  }
  if (name === 'failed') {
    const why = say(`failure.${failure}`)
    return state.resumable ? `${why} ${say('results.resumable')}` : why
  }
  const parts = [many('results.done', tally.written, { time })]
  if (state.left) {
    parts.push(many('results.left', state.left))
  }
  if (tally.earlier) {
    parts.push(many('results.earlier', tally.earlier))
  }
  if (tally.lost) {
    parts.push(many('count.problems', tally.lost))
  }
  if (tally.duplicates) {
    parts.push(many('results.duplicates', tally.duplicates))
  }
  if (savedAs) {
    parts.push(say('results.saved', { name: visible(savedAs) }))
  }
  return parts.join(' · ')
}

/**
 * Why a setting cannot be followed, after the words for it.
 *
 * @param {State} state
 */
function refused({ name, refusal }) {
  if (name !== 'failed' || !refusal) {
    return []
  }
  const { text, lang } = refusalInWords(refusal)
  const element = made('span', paired(refusal.setting, text))
  element.lang = lang
  return [' ', element]
}

/**
 * Say what the last look found. That it found nothing is said only if it looked, and
 * nothing is left to be looked at.
 *
 * @param {State} state
 */
function swept({ settings, tally }) {
  if (JSON.parse(settings).sweep === 'off') {
    return ''
  }
  const found = finds(tally)
  const held = tally.problems.filter(({ code }) => code === 'residual').length
  if (found) {
    return many('results.swept.found', found)
  }
  return held ? many('results.swept.held', held) : say('results.swept.none')
}

/** @param {Tally} tally  instances that were written with something found in them */
function finds({ notes }) {
  const residual = Object.entries(notes).filter(([code]) => code.startsWith('residual'))
  return Math.max(0, ...residual.map(([, { instances }]) => instances))
}

/** @param {Tally} tally */
function actions({ counts }) {
  const shown = ACTIONS.filter((code) => code !== RARE || counts[code])
  return shown.map((code) => {
    const element = pair(say(`action.${code}`), count(counts[code] ?? 0))
    element.dataset.code = code
    return element
  })
}

/** @param {State} state */
function facts({ mode, tally, started, stopped, settings }) {
  const [line] = tally.lines
  const ms = mode === 'single' ? line.ms : stopped - started
  const exact = (/** @type {number} */ bytes) =>
    bytes < 1000
      ? size(bytes)
      : say('fact.bytes', { size: size(bytes), count: count(bytes) })
  return [
    pair(say('fact.time'), `${count(ms)} ms`),
    pair(say('fact.in'), exact(tally.bytes)),
    pair(say('fact.out'), exact(tally.bytesOut)),
    pair(say('fact.options'), ...options(settings, tally)),
  ]
}

/**
 * List the options of PS3.15 that settings ask for, with their codes and how many data
 * elements they decided on.
 *
 * @param {string} settings  those that are not the defaults, JSON
 * @param {Tally} tally
 */
function options(settings, { options: numbers }) {
  const used = Object.entries(JSON.parse(settings))
    .filter(([key, value]) => has(`${key}.code`) && value && value !== 'off')
    .map(([key, value]) => {
      const [whole, modified] = say(`${key}.code`).split(' · ')
      const code = value === 'modified' ? modified : whole
      const title = say(`${key}.title`)
      const named =
        typeof value === 'string' ? paired(title, say(`${key}.${value}`)) : title
      const number = many('count.elements', numbers[code] ?? 0)
      return paired(`${named} (${code})`, number)
    })
  return used.length ? used : [say('fact.options.none')]
}

/**
 * @param {string} name
 * @param {string[]} texts
 */
function pair(name, ...texts) {
  const element = document.createElement('div')
  element.append(...described(name, ...texts))
  return element
}

/** @param {Tally} tally */
function notes({ notes: found }) {
  const rank = (/** @type {string} */ code) => {
    const at = GRAVE.findIndex((start) => code.startsWith(start))
    return at < 0 ? GRAVE.length : at
  }
  const codes = Object.keys(found).sort((one, other) => rank(one) - rank(other))
  return codes.map((code) => {
    const { instances, places } = found[code]
    const text = has(`note.${code}`) ? say(`note.${code}`) : code
    const item = made('li', paired(many('count.instances', instances), text))
    const known = [...places].filter(Boolean)
    if (known.length) {
      const place = known.slice(0, PLACES).join(', ')
      const more = known.length - PLACES
      item.append(
        ' ',
        made('code', place),
        more > 0 ? ` ${many('count.more', more)}` : '',
      )
    }
    return item
  })
}
