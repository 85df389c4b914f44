/**
 * What reaches a user who looks elsewhere: the title of the tab, a question before
 * something is lost, and a notification at the end, if that is wanted and allowed.
 */

import { say } from '../words.js'
import { many } from './dom.js'
import { progress } from './run.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { State } from '../state.js'
 */

/**
 * @param {State} state
 * @param {Choices} choices
 */
export function attentionView(state, choices) {
  let before = state.name
  state.addEventListener('change', () => {
    document.title = title(state)
    const lossy = state.name === 'running' || (state.result && !state.downloaded)
    window.onbeforeunload = lossy ? ask : null
    if (before === 'running' && state.name !== 'running' && choices.flag('notify')) {
      notify(state)
    }
    before = state.name
  })
  askLeave(choices)
}

/** @param {BeforeUnloadEvent} event */
function ask(event) {
  event.preventDefault()
}

/** @param {State} state */
function title(state) {
  const texts = /** @type {Record<string, string>} */ ({
    running: `${progress(state)} %`,
    done: say('title.done'),
    failed: say('title.failed'),
  })
  const text = texts[state.name]
  return text ? `${text} · Cordon` : 'Cordon'
}

/** @param {State} state */
function notify(state) {
  const { name, tally } = state
  const over = name === 'done' || name === 'failed'
  if (over && document.hidden && globalThis.Notification?.permission === 'granted') {
    const body = [
      name === 'done' ? many('count.instances', tally.written) : say('title.failed'),
      ...(tally.lost ? [many('count.problems', tally.lost)] : []),
    ].join(' · ')
    new Notification(title(state), { body, tag: 'cordon' })
  }
}

/**
 * Ask the browser for leave to notify when that is chosen; without it the choice goes
 * back.
 *
 * @param {Choices} choices
 */
function askLeave(choices) {
  let chosen = choices.flag('notify')
  choices.addEventListener('change', async () => {
    const asked = choices.flag('notify') && !chosen
    chosen = choices.flag('notify')
    if (asked) {
      const answer = await globalThis.Notification?.requestPermission()
      if (answer !== 'granted') {
        choices.set({ notify: false })
      }
    }
  })
}
