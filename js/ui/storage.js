/**
 * What this browser keeps of runs: a dialog that lists and clears it, and a notice on
 * the page about what an earlier visit left.
 */

import { locale, say } from '../words.js'
import { dialog } from './dialog.js'
import { byId, many, size } from './dom.js'
import { button, made } from './elements.js'
import { save } from './files.js'

/**
 * @import { Unfinished } from '../sink/journal.js'
 * @import { Staged } from '../sink/storage.js'
 *
 * @typedef {object} Runs
 * @property {() => Promise<Unfinished[]>} list
 * @property {(id: string) => void} resume
 * @property {(id: string) => Promise<void>} discard
 *
 * @typedef {object} Results
 * @property {string} name  of the file that the user is given
 * @property {(id: string) => Promise<File | null>} take
 *
 * @typedef {object} Store
 * @property {() => Promise<Staged[]>} list
 * @property {() => Promise<{ quota: number, usage: number }>} quota
 * @property {() => Promise<void>} clear  all that no open page holds
 * @property {() => Promise<void>} tidy  what nobody waits for
 * @property {Runs} runs  that can be continued
 * @property {Results} results  that dead pages have left
 */

/**
 * @param {EventTarget & { name?: string }} state  changes when the language does, too
 * @param {Store} store
 */
export function storageView(state, store) {
  const view = new View(store)
  dialog('storage-dialog').addEventListener('opening', () => view.show())
  byId('storage-clear').onclick = () => view.confirm(true)
  byId('storage-keep').onclick = () => view.confirm(false)
  byId('storage-remove').onclick = () => view.clear()
  state.addEventListener('change', () => view.follow(state.name === 'running'))
  view.look()
}

class View {
  #store
  /** @type {Staged[]} */
  #staged = []
  /** @type {Unfinished[]} */
  #unfinished = []
  #quota = { quota: 0, usage: 0 }
  #rendered = ''
  #running = false

  /** @param {Store} store */
  constructor(store) {
    this.#store = store
  }

  /** Look what there is, and say what an earlier visit has left. */
  async look() {
    try {
      this.#staged = await this.#store.list()
      this.#unfinished = await this.#store.runs.list()
      this.#quota = await this.#store.quota()
    } catch {
      // a browser that keeps nothing has nothing to tell
    }
    this.#rendered = ''
    this.render()
  }

  /** @param {boolean} running  whether a run goes on, which holds what it needs */
  follow(running) {
    const changed = this.#running !== running
    this.#running = running
    if (changed) {
      this.look()
    } else {
      this.render()
    }
  }

  async show() {
    byId('storage-said').textContent = ''
    this.confirm(false)
    await this.look()
  }

  /** @param {boolean} asked  whether to ask before clearing */
  confirm(asked) {
    const moved = byId('storage-confirm').hidden === asked
    byId('storage-confirm').hidden = !asked
    byId('storage-clear').hidden = asked
    if (moved) {
      byId(asked ? 'storage-keep' : 'storage-clear').focus()
    }
  }

  async clear() {
    const before = total(this.#staged)
    await this.#store.clear()
    await this.look()
    this.confirm(false)
    byId('storage-said').textContent = say('storage.removed', {
      size: size(before - total(this.#staged)),
    })
  }

  render() {
    // states change several times a second while a run goes on
    const told = [this.#staged, this.#unfinished, this.#running]
    const shown = locale() + JSON.stringify(told)
    if (shown !== this.#rendered) {
      this.#rendered = shown
      this.#notice()
      this.#list()
    }
  }

  #list() {
    const free = this.#staged.filter(({ held }) => !held)
    byId('storage-list').replaceChildren(
      ...this.#staged.map((one) => made('li', `${size(one.size)} · ${say(kind(one))}`)),
    )
    byId('storage-none').hidden = Boolean(this.#staged.length)
    byId('storage-clear').toggleAttribute('disabled', !free.length)
    byId('storage-question').textContent = many('storage.question', free.length, {
      size: size(total(free)),
    })
    const { usage, quota } = this.#quota
    byId('storage-usage').textContent = say('storage.usage', {
      usage: size(usage),
      quota: size(quota),
    })
    /** @type {HTMLMeterElement} */
    const meter = byId('storage-meter')
    meter.max = quota || 1
    meter.value = usage
  }

  #notice() {
    const notice = byId('notice')
    const left = this.#staged.filter(({ held, unfinished }) => !held && !unfinished)
    const parts = [
      ...this.#unfinished.map((run) => this.#offer(run)),
      ...left.filter(({ waiting }) => waiting).map((one) => this.#hand(one)),
    ]
    const rest = left.filter(({ waiting }) => !waiting)
    if (rest.length) {
      const text = say('notice.left', { size: size(total(rest)) })
      parts.push(entry(text, [['button.remove', () => this.#store.tidy()]], this))
    }
    notice.replaceChildren(...parts)
    // what a run uses by now may still be among it when it begins
    notice.hidden = this.#running || !parts.length
  }

  /** @param {Staged} result */
  #hand({ id, size: bytes }) {
    const { results, runs } = this.#store
    return entry(
      say('notice.waiting', { size: size(bytes) }),
      [
        [
          'notice.download',
          async () => {
            const file = await results.take(id)
            if (file) {
              save(file, results.name)
            }
          },
        ],
        ['notice.discard', () => runs.discard(id)],
      ],
      this,
    )
  }

  /** @param {Unfinished} run */
  #offer({ id, began, finished, bytes }) {
    const { runs } = this.#store
    const text = say('notice.unfinished', {
      began: new Date(began).toLocaleString(locale(), {
        dateStyle: 'medium',
        timeStyle: 'short',
      }),
      instances: many('count.instances', finished),
      size: size(bytes),
    })
    return entry(
      text,
      [
        ['notice.continue', () => runs.resume(id)],
        ['notice.discard', () => runs.discard(id)],
      ],
      this,
    )
  }
}

/**
 * @param {string} text
 * @param {[string, () => unknown][]} actions  by the keys of their words
 * @param {View} view
 */
function entry(text, actions, view) {
  const element = document.createElement('div')
  const take = async (/** @type {() => unknown} */ action) => {
    await action()
    await view.look()
  }
  element.append(
    made('p', text),
    ...actions.map(([key, action]) => button(say(key), () => take(action))),
  )
  return element
}

/** @param {Staged} one */
function kind({ held, unfinished }) {
  if (held) {
    return 'storage.held'
  }
  return unfinished ? 'storage.unfinished' : 'storage.left'
}

/** @param {Staged[]} some */
function total(some) {
  return some.reduce((sum, one) => sum + one.size, 0)
}
