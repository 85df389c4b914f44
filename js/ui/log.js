/** The log, in a dialog: how much is logged, what was, and a file of it. */

import { say } from '../words.js'
import { dialog } from './dialog.js'
import { byId } from './dom.js'
import { saveText } from './files.js'

/**
 * @import { Log } from '../log.js'
 * @import { Choices } from '../settings/choices.js'
 */

/** Entries that are shown; the file has all. */
const SHOWN = 1000

/**
 * @param {Log} log
 * @param {EventTarget} state  changes when the language does
 * @param {Choices} choices
 */
export function logView(log, state, choices) {
  const panel = dialog('log-dialog')
  /** @type {HTMLTextAreaElement} */
  const text = byId('log-text')
  let due = false

  function render() {
    due = false
    const { entries } = log
    text.value = entries.slice(-SHOWN).join('\n') || say('log.empty')
    text.scrollTop = text.scrollHeight
    byId('log-save').toggleAttribute('disabled', !entries.length)
    byId('log-clear').toggleAttribute('disabled', !entries.length)
  }

  function changed(opening = false) {
    if (!due && (panel.open || opening)) {
      due = true
      requestAnimationFrame(render)
    }
  }

  function level() {
    log.level = choices.text('verbosity')
    const warning = log.has('trace') ? 'log.warning.trace' : 'log.warning'
    byId('log-warning').textContent = log.naming ? say(warning) : ''
    byId('log-tag').textContent = log.naming ? say('log.tag') : ''
  }

  byId('log-save').onclick = () => saveText(log.written(), 'cordon-log.txt')
  byId('log-clear').onclick = () => log.clear()
  panel.addEventListener('opening', () => changed(true))
  log.addEventListener('change', () => changed())
  choices.addEventListener('change', level)
  state.addEventListener('change', level)
  level()
}
