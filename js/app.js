/**
 * The app as it was delivered: which version, whether it is kept for use without a
 * network, whether a newer one waits, and whether its files are what its manifest says.
 */

import { digestOf } from './shared/digest.js'

const MANIFEST = 'manifest.json'

/** The one file that the build's own sum cannot cover. */
const OFFLINE = 'offline.js'

export class App extends EventTarget {
  version = ''
  build = ''
  /** All files are kept in this browser. */
  offline = false
  /** A newer version waits. */
  update = false
  /** A newer version cannot begin, for other tabs have the old one. */
  blocked = false
  #root
  /** @type {ServiceWorkerRegistration | undefined} */
  #registration

  /** @param {URL} root  of the site */
  constructor(root) {
    super()
    this.#root = root
  }

  /** Learn the version, and keep the app from now on. */
  async start() {
    await this.learn()
    await this.#keep()
  }

  /** Learn the version. @returns {Promise<string>}  the build */
  async learn() {
    if (this.build) {
      return this.build
    }
    const sums = await this.#sums()
    const wheel = Object.keys(sums).find((name) => name.startsWith('wheels/cordon-'))
    this.version = wheel?.split('-')[1] ?? ''
    delete sums[OFFLINE]
    // as the build wrote it: JSON by Python, with a space after each separator
    const parts = Object.entries(sums).map(([name, sum]) => `"${name}": "${sum}"`)
    this.build = await digestOf(new TextEncoder().encode(`{${parts.join(', ')}}`))
    this.#changed()
    return this.build
  }

  /** Begin with the newer version, unless another tab has the old one. */
  begin() {
    const { waiting, active } = this.#registration ?? {}
    const newest = waiting ?? active
    newest?.postMessage('update')
  }

  /**
   * Compare what this page has, or would be given, with the manifest.
   *
   * @returns {Promise<{ files: number, differing: string[] }>}
   */
  async verify() {
    const sums = Object.entries(await this.#sums())
    const differing = []
    for (const [name, sum] of sums) {
      const bytes = await this.#get(name).then((response) => response.arrayBuffer())
      if ((await digestOf(bytes)) !== sum) {
        differing.push(name)
      }
    }
    return { files: sums.length, differing }
  }

  async #keep() {
    const { serviceWorker } = navigator
    if (!serviceWorker) {
      return
    }
    const registration = await serviceWorker.register(new URL(OFFLINE, this.#root))
    this.#registration = registration
    serviceWorker.addEventListener('message', ({ data }) => {
      if (data === 'updated') {
        location.reload()
      }
      this.update ||= data === 'newer'
      this.blocked = data === 'other-tabs'
      this.#changed()
    })
    // it may have been started without having been agreed to
    registration.active?.postMessage('newer?')
    this.#watch(registration.installing ?? registration.waiting)
    registration.addEventListener('updatefound', () =>
      this.#watch(registration.installing),
    )
    this.offline = Boolean(registration.active)
    this.#changed()
  }

  /** @param {ServiceWorker | null} worker */
  #watch(worker) {
    if (!worker) {
      return
    }
    const replaces = Boolean(this.#registration?.active)
    const look = () => {
      if (worker.state === 'installed') {
        this.update = replaces
      } else if (worker.state === 'activated') {
        this.offline = true
      }
      this.#changed()
    }
    worker.addEventListener('statechange', look)
    look()
  }

  /** @returns {Promise<Record<string, string>>} */
  async #sums() {
    return (await this.#get(MANIFEST)).json()
  }

  /** @param {string} name */
  #get(name) {
    return fetch(new URL(name, this.#root))
  }

  #changed() {
    this.dispatchEvent(new Event('change'))
  }
}
