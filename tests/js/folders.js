/** A folder in memory, as far as anything is asked of one. */
export class Folder {
  constructor(content = {}) {
    this.content = new Map(Object.entries(content))
    this.full = false
  }

  async getDirectoryHandle(name, { create = false } = {}) {
    return this.#get(name, create && new Folder())
  }

  async getFileHandle(name, { create = false } = {}) {
    this.#get(name, create && '')
    return {
      getFile: async () => new File([this.content.get(name)], name),
      createWritable: async () => {
        const parts = []
        return {
          write: async (bytes) => {
            if (this.full) {
              throw new DOMException('', 'QuotaExceededError')
            }
            parts.push(bytes.slice())
          },
          close: async () => {
            this.content.set(name, await new Blob(parts).text())
          },
          abort: async () => {},
        }
      },
    }
  }

  async removeEntry(name) {
    if (this.#get(name) instanceof Folder && this.content.get(name).content.size) {
      throw new DOMException('', 'InvalidModificationError')
    }
    this.content.delete(name)
  }

  #get(name, otherwise) {
    if (!this.content.has(name)) {
      if (otherwise === undefined || otherwise === false) {
        throw new DOMException('', 'NotFoundError')
      }
      this.content.set(name, otherwise)
    }
    return this.content.get(name)
  }

  async *entries() {
    for (const name of [...this.content.keys()]) {
      yield [name, await this.getFileHandle(name)]
    }
  }

  async *keys() {
    yield* [...this.content.keys()]
  }

  /** The text of each file, by its path; a folder's path ends in a slash. */
  get tree() {
    return Object.fromEntries(listed(this, ''))
  }
}

/** @param {Folder} folder  @param {string} path  @returns {[string, string][]} */
function listed(folder, path) {
  return [...folder.content].flatMap(([name, entry]) =>
    entry instanceof Folder
      ? [[`${path}${name}/`, ''], ...listed(entry, `${path}${name}/`)]
      : [[path + name, entry]],
  )
}
