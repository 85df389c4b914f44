/**
 * The other side of `embed.js`: this page within a page of somebody else's. Only origins
 * that `config.json` lists are heard, and only the page around this one.
 */

import { fromFile } from './settings/settings.js'

/**
 * @import { Agreement } from './agreement.js'
 * @import { Config } from './config.js'
 * @import { Choices } from './settings/choices.js'
 * @import { Session } from './session.js'
 * @import { State } from './state.js'
 *
 * @typedef {object} Parts
 * @property {Config} config
 * @property {State} state
 * @property {Session} session
 * @property {Agreement} agreement
 * @property {Choices} choices
 */

const VERSION = 1

const KEYS = ['random', 'passphrase', 'public']

/**
 * Begin to listen; messages wait until the page is complete.
 *
 * @param {Promise<Parts>} complete
 */
export function listen(complete) {
  /** @type {Portal | undefined} */
  let portal
  addEventListener('message', async ({ source, origin, data }) => {
    if (source !== window.parent || source === window || data?.cordon !== VERSION) {
      return
    }
    const parts = await complete
    if (parts.config.origins.includes(origin)) {
      portal ??= new Portal(parts, origin)
      portal.hear(data)
    }
  })
}

class Portal {
  #parts
  #origin
  #name = ''
  /** Files are being listed. */
  #listing = Promise.resolve()

  /**
   * @param {Parts} parts
   * @param {string} origin
   */
  constructor(parts, origin) {
    this.#parts = parts
    this.#origin = origin
    parts.state.addEventListener('change', () => this.#tell())
  }

  /** @param {any} message */
  hear(message) {
    const { session, agreement, choices } = this.#parts
    /** @type {Record<string, () => unknown>} */
    const answers = {
      hello: () => this.#post({ type: 'ready' }),
      files: () => {
        this.#listing = session.take(found(message.files))
      },
      settings: () => {
        const { values, refused } = fromFile(message.values ?? {})
        choices.ask(values)
        choices.lock(Array.isArray(message.lock) ? message.lock : [])
        if (refused.length) {
          this.#refuse(refused.join(', '))
        }
      },
      key: () => {
        const { kind, passphrase = '' } = message
        if (KEYS.includes(kind)) {
          agreement.keyChoice = () => ({ kind, passphrase: String(passphrase) })
        } else {
          this.#refuse('key')
        }
      },
      process: () => this.#process(message.as),
      cancel: () => session.cancel(),
    }
    answers[message.type]?.()
  }

  /** @param {unknown} as */
  async #process(as) {
    const { session, state } = this.#parts
    await this.#listing
    if (!session.ready) {
      this.#refuse('not-ready')
      return
    }
    const instances = as === 'instances'
    await session.processFor(
      instances ? (name, blob) => this.#post({ type: 'instance', name, blob }) : null,
    )
    if (state.name === 'done') {
      this.#post({ type: 'result', ...state.result, report: await this.#report() })
    } else if (state.name === 'failed') {
      const { refusal, failure } = state
      const reason = refusal ? `${refusal.setting}: ${refusal.reason}` : failure
      this.#post({ type: 'refused', reason, report: await this.#report() })
    }
  }

  /** What became of each file; null if no engine is left to write it. */
  async #report() {
    try {
      const report = await this.#parts.session.report('json')
      return JSON.parse(await report.text())
    } catch {
      return null
    }
  }

  #tell() {
    const { state } = this.#parts
    const { name, sources, bytes, tally } = state
    if (name !== this.#name) {
      this.#name = name
      this.#post({ type: 'state', name, files: sources.length, bytes })
    }
    if (name === 'running') {
      const { files, written, lost: failed } = tally
      const done = { files, written, failed, bytes: tally.bytes }
      this.#post({ type: 'progress', ...done, all: sources.length, allBytes: bytes })
    }
  }

  /** @param {string} reason  a code, or what is refused */
  #refuse(reason) {
    this.#post({ type: 'refused', reason })
  }

  /** @param {object} message */
  #post(message) {
    window.parent.postMessage({ ...message, cordon: VERSION }, this.#origin)
  }
}

/**
 * @param {unknown} files
 * @returns {{ path: string, file: File }[]}
 */
function found(files) {
  const given = Array.isArray(files) ? files : []
  return given
    .map((one) => (one instanceof File ? { path: one.name, file: one } : one))
    .filter((one) => one?.file instanceof File)
    .map(({ path, file }) => ({ path: String(path || file.name), file }))
}
