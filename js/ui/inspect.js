/**
 * One instance, side by side with what would become of it, and why. The only place where
 * values of instances are shown; nothing of them is kept once it is closed.
 */

import { visible } from '../visible.js'
import { has, say } from '../words.js'
import { byId, count, paired } from './dom.js'
import { made } from './elements.js'
import { previewView } from './preview.js'
import { refusalInWords } from './refusal.js'
import { Rows } from './rows.js'

/**
 * @import { Note, Reply, Source } from '../shared/protocol.js'
 * @import { State } from '../state.js'
 */

/**
 * @param {State} state
 * @param {object} actions
 * @param {(source: Source) => Promise<Reply>} actions.load
 */
export function inspectView(state, { load }) {
  /** @type {HTMLDialogElement} */
  const dialog = byId('inspect')
  const button = byId('inspect-open')
  /** @type {HTMLInputElement} */
  const number = byId('inspect-number')
  const preview = previewView()
  const list = new Rows()
  let latest = 0

  /** @param {Source} source */
  async function open(source) {
    const mine = ++latest
    number.value = String(source.number)
    state.set({ inspected: source.number })
    steps()
    if (!dialog.open) {
      dialog.showModal()
    }
    byId('inspect-content').setAttribute('aria-busy', 'true')
    tell('busy', say('inspect.reading'))
    const reply = await load(source).catch((error) => refused(error.message))
    if (mine === latest && dialog.open) {
      byId('inspect-content').setAttribute('aria-busy', 'false')
      show(source, reply)
    }
  }

  /** @param {Source} source  @param {Reply} reply */
  function show(source, reply) {
    told(reply)
    const seen = reply.type === 'inspected'
    byId('inspect-content').hidden = !seen
    list.show(seen ? reply : null)
    if (seen && source.file) {
      preview.show(source.file, reply.image)
    } else {
      preview.clear()
    }
  }

  function steps() {
    const total = state.sources.length
    const at = number.valueAsNumber
    number.max = String(total)
    byId('inspect-total').textContent = `${say('inspect.of')} ${count(total)}`
    // disabled, they would lose focus
    byId('inspect-previous').ariaDisabled = String(at <= 1)
    byId('inspect-next').ariaDisabled = String(at >= total)
  }

  /** @param {number} at */
  function go(at) {
    const source = state.sources[at - 1]
    if (source) {
      open(source)
    }
  }

  button.onclick = () => go(1)
  byId('inspect-previous').onclick = () => go(number.valueAsNumber - 1)
  byId('inspect-next').onclick = () => go(number.valueAsNumber + 1)
  byId('inspect-chooser').onsubmit = (event) => event.preventDefault()
  number.onchange = () => {
    if (number.reportValidity()) {
      go(number.valueAsNumber)
    }
  }
  dialog.onclose = () => {
    latest++
    preview.clear()
    list.show(null)
    tell('', '')
  }
  state.addEventListener('change', () => {
    const busy = state.name === 'running' || state.listing
    button.hidden = !state.sources.length
    button.toggleAttribute('disabled', busy)
  })

  return { open }
}

/**
 * @param {string} group
 * @param {string} code
 * @param {string} otherwise
 */
function phrase(group, code, otherwise = 'problem.engine-error') {
  return say(has(`${group}.${code}`) ? `${group}.${code}` : otherwise)
}

/** @param {string} code  @returns {Reply} */
function refused(code) {
  return {
    type: 'refused',
    setting: '',
    reason: phrase('failure', code, 'inspect.failed'),
  }
}

/** @param {Reply} reply */
function told(reply) {
  switch (reply.type) {
    case 'inspected': {
      const { rejected } = reply
      const title = phrase('problem', rejected)
      tell(
        rejected ? 'bad' : 'ok',
        rejected ? paired(say('inspect.rejected'), title) : say('inspect.released'),
        visible(`${reply.sop_class} · ${reply.transfer_syntax}`),
        [
          ...reply.notes.map(inWords),
          ...(reply.left_out ? [say('inspect.leftOut')] : []),
        ],
      )
      break
    }
    case 'unreadable': {
      const title = phrase('problem', reply.code)
      const advice = say(`problem.${reply.code}.advice`)
      const place = `${reply.code} ${say('inspect.at')} ${count(reply.offset)}`
      tell('bad', paired(say('inspect.unreadable'), title), place, [advice])
      break
    }
    case 'refused':
      if (reply.setting) {
        const { text, lang } = refusalInWords(reply)
        tell('bad', paired(reply.setting, text))
        byId('inspect-verdict').lang = lang
      } else {
        tell('bad', reply.reason)
      }
      break
    case 'failed':
      tell('bad', say('inspect.failed'), `${reply.error} ${reply.where}`)
  }
}

/**
 * @param {'' | 'busy' | 'ok' | 'bad'} verdict
 * @param {string} text
 * @param {string} about
 * @param {string[]} notes
 */
function tell(verdict, text, about = '', notes = []) {
  const said = byId('inspect-verdict')
  said.removeAttribute('lang')
  said.dataset.verdict = verdict
  said.textContent = text
  byId('inspect-about').textContent = about
  byId('inspect-notes').replaceChildren(...notes.map((note) => made('li', note)))
}

/** @param {Note} note */
function inWords({ code, place }) {
  const text = has(`note.${code}`) ? say(`note.${code}`) : code
  const sentence = text.charAt(0).toUpperCase() + text.slice(1)
  return [sentence, place].filter(Boolean).join(' ')
}
