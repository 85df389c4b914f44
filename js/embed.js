/**
 * Cordon within a page of somebody else's, as an element: `<cordon-page src="…/">`.
 * The page it holds speaks only with origins that its own `config.json` lists.
 *
 * Methods: `files(files)`, `settings(values, lock)`, `key(kind, passphrase)`,
 * `process(as)`, `cancel()`. Events: `cordon-ready`, `cordon-state`,
 * `cordon-progress`, `cordon-instance`, `cordon-result`, `cordon-refused`; `detail`
 * holds what is told.
 */

/** @typedef {File | { path: string, file: File }} Given */

const VERSION = 1

export class CordonPage extends HTMLElement {
  #frame = document.createElement('iframe')
  #origin = ''
  /** @type {object[]} */
  #waiting = []
  /** What the page must be told again if it is loaded anew. @type {object[]} */
  #lasting = []
  #ready = false

  connectedCallback() {
    const url = new URL(this.getAttribute('src') ?? '', document.baseURI)
    url.searchParams.set('embed', '')
    this.#origin = url.origin
    this.#frame.title = this.getAttribute('title') ?? 'Cordon'
    this.#frame.allow = 'clipboard-write; screen-wake-lock'
    Object.assign(this.#frame.style, { border: '0', width: '100%', height: '100%' })
    window.addEventListener('message', this.#hear)
    this.#frame.onload = () => this.#post({ type: 'hello' })
    this.#frame.src = url.href
    this.append(this.#frame)
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#hear)
    this.#frame.remove()
    if (this.#ready) {
      this.#waiting = [...this.#lasting]
    }
    this.#ready = false
  }

  /**
   * Give files, in place of those given before.
   *
   * @param {Iterable<Given>} files
   */
  files(files) {
    this.#say({ type: 'files', files: [...files] })
  }

  /**
   * Choose settings, and lock some for as long as the element is there.
   *
   * @param {Record<string, unknown>} values
   * @param {string[]} [lock]
   */
  settings(values, lock = []) {
    this.#say({ type: 'settings', values, lock }, true)
  }

  /**
   * Choose where new IDs come from.
   *
   * @param {'random' | 'passphrase' | 'public'} kind
   * @param {string} [passphrase]
   */
  key(kind, passphrase = '') {
    this.#say({ type: 'key', kind, passphrase }, true)
  }

  /**
   * Run; results come as events.
   *
   * @param {'zip' | 'instances'} [as]
   */
  process(as = 'zip') {
    this.#say({ type: 'process', as })
  }

  cancel() {
    this.#say({ type: 'cancel' })
  }

  /**
   * @param {object} message
   * @param {boolean} [lasts]  whether it goes for as long as the element is there
   */
  #say(message, lasts = false) {
    if (lasts) {
      this.#lasting.push(message)
    }
    if (this.#ready) {
      this.#post(message)
    } else {
      this.#waiting.push(message)
    }
  }

  /** @param {object} message */
  #post(message) {
    const sent = { ...message, cordon: VERSION }
    this.#frame.contentWindow?.postMessage(sent, this.#origin)
  }

  /** @param {MessageEvent} event */
  #hear = ({ source, origin, data }) => {
    const ours = source === this.#frame.contentWindow && origin === this.#origin
    if (!ours || data?.cordon !== VERSION) {
      return
    }
    const { type, cordon, ...detail } = data
    if (type === 'ready') {
      const told = this.#ready ? this.#lasting : this.#waiting.splice(0)
      this.#ready = true
      for (const message of told) {
        this.#post(message)
      }
    }
    this.dispatchEvent(new CustomEvent(`cordon-${type}`, { detail }))
  }
}

customElements.define('cordon-page', CordonPage)
