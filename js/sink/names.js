/**
 * Names that are taken, by the command's rule: the same instance twice is placed once,
 * another one of its File ID gets a name beside it.
 */

/** The directory of what is in a result, and the name that PS3.10 gives it. */
export const DIRECTORY = 'DICOMDIR'

/**
 * What tells two instances of one name apart.
 *
 * @typedef {object} Identity
 * @property {number} size
 * @property {number} crc32
 */

export class Names {
  /** @type {Set<string>} */
  #taken = new Set()
  /** @type {Promise<unknown>} */
  #last = Promise.resolve()
  #identify

  /** @param {(name: string) => Promise<Identity>} identify  what has a name */
  constructor(identify) {
    this.#identify = identify
  }

  /**
   * Name an instance, one after the other.
   *
   * @param {string} name
   * @param {() => Promise<Identity>} identity  of the instance, if it is needed
   * @returns {Promise<string | null>}  null if the very same has been placed already
   */
  settle(name, identity) {
    const settled = this.#last.then(() => this.#settle(name, identity))
    this.#last = settled.catch(() => {})
    return settled
  }

  /** @param {string} name  that is taken, or is again if it was given up */
  take(name) {
    this.#taken.add(name)
  }

  /** @param {string} name  of what could not be placed */
  giveUp(name) {
    this.#taken.delete(name)
  }

  /**
   * @param {string} name
   * @param {() => Promise<Identity>} identity
   */
  async #settle(name, identity) {
    let free = name
    if (this.#taken.has(name)) {
      const { size, crc32 } = await identity()
      for (let sum = crc32; this.#taken.has(free); sum++) {
        // what could not be placed after all is no other one's fault
        const other = await this.#identify(free).catch(() => null)
        if (other?.size === size && other.crc32 === crc32) {
          return null
        }
        free = sibling(name, sum)
      }
    }
    this.#taken.add(free)
    return free
  }
}

/**
 * Name another instance that would have the same File ID.
 *
 * @param {string} name
 * @param {number} sum
 */
function sibling(name, sum) {
  const digits = sum.toString(36).toUpperCase().padStart(7, '0')
  return `${name.slice(0, name.lastIndexOf('/'))}/I${digits}`
}
