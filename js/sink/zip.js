/**
 * A ZIP archive, member after member. The engines have deflated the members and
 * summed them up; zip.js places them and writes the directory, ZIP64 where needed.
 */

import {
  BlobReader,
  configure,
  Uint8ArrayReader,
  ZipWriter,
} from '../../vendor/zip.js/zip.js'
import { batched } from './batched.js'

/**
 * @import { Member, Sink } from '../shared/protocol.js'
 * @import { Target } from './target.js'
 */

/** The first moment a ZIP can tell: it tells nothing. */
const NO_TIME = new Date(1980, 0, 1)

// members come whole, so they can go whole
configure({ chunkSize: 1 << 22 })

/**
 * @param {Target} target
 * @returns {Sink}
 */
export function zipSink(target) {
  const zip = new ZipWriter(batched(target.write), {
    extendedTimestamp: false,
    lastModDate: NO_TIME,
    useWebWorkers: false,
  })
  /** Size and CRC-32 of each member. @type {Map<string, string>} */
  const members = new Map()

  return {
    form: 'member',

    async add(_file, instance) {
      const { data, method, size, crc32 } = /** @type {Member} */ (instance.member)
      const content = `${size} ${crc32}`
      let name = instance.name
      for (let sum = crc32; members.has(name); sum++) {
        if (members.get(name) === content) {
          return null
        }
        name = sibling(instance.name, sum)
      }
      members.set(name, content)
      await zip.add(
        name,
        data instanceof Blob ? new BlobReader(data) : new Uint8ArrayReader(data),
        { passThrough: true, compressionMethod: method, uncompressedSize: size, crc32 },
      )
      return name
    },

    async attach(name, bytes) {
      await zip.add(name, new Uint8ArrayReader(bytes))
    },

    async close(directory) {
      if (directory) {
        await zip.add('DICOMDIR', new Uint8ArrayReader(directory))
      }
      await zip.close()
      return target.close()
    },

    abort: () => target.abort(),
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
