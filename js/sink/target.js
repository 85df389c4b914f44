/** Where an archive's bytes go: a file the user picked, or the page's memory. */

/**
 * @typedef {object} Target
 * @property {(bytes: Uint8Array<ArrayBuffer>, lines: string) => Promise<void>} write
 *   appends; lines are for a journal, if the target keeps one
 * @property {(at: number, bytes: Uint8Array<ArrayBuffer>) => Promise<void>} patch
 *   puts other bytes in the place of some that were written
 * @property {(size: number) => Promise<void>} truncate
 * @property {() => Promise<Blob | null>} close  gives the result to be downloaded, if
 *   it is not yet where the user wants it
 * @property {() => Promise<void>} abort
 */

/**
 * Let the user pick a file. Must be called while handling a click.
 *
 * @param {string} name  to suggest
 * @returns {Promise<Target & { name: string }>}
 */
export async function pickedFile(name) {
  const picker = /** @type {any} */ (globalThis).showSaveFilePicker
  const handle = await picker({
    suggestedName: name,
    types: [{ description: 'ZIP archive', accept: { 'application/zip': ['.zip'] } }],
  })
  const writable = await handle.createWritable()
  let size = 0
  return {
    name: handle.name,
    write: (bytes) => {
      const position = size
      size += bytes.length
      return writable.write({ type: 'write', position, data: bytes })
    },
    patch: (position, data) => writable.write({ type: 'write', position, data }),
    truncate: (less) => {
      size = less
      return writable.truncate(less)
    },
    close: async () => {
      await writable.close()
      return null
    },
    abort: async () => {
      await writable.abort()
      // picking it made it, empty
      await handle.remove?.()
    },
  }
}

/**
 * Keep the result in memory until it is downloaded.
 *
 * @returns {Target}
 */
export function memory() {
  /** @type {Blob[]} */
  let parts = []
  return {
    write: async (bytes) => {
      parts.push(new Blob([bytes]))
    },
    patch: async (at, bytes) => {
      const whole = new Blob(parts)
      const rest = whole.slice(at + bytes.length)
      parts = [whole.slice(0, at), new Blob([bytes]), rest]
    },
    truncate: async (size) => {
      parts = [new Blob(parts).slice(0, size)]
    },
    close: async () => {
      const whole = new Blob(parts, { type: 'application/zip' })
      // a browser that ran out of room without a word lets none of it be read
      await whole.slice(-1).arrayBuffer().catch(refuse)
      return whole
    },
    abort: async () => {
      parts = []
    },
  }
}

function refuse() {
  throw new DOMException('', 'QuotaExceededError')
}
