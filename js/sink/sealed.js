/**
 * A sink that also lists what is in the result, for a certificate. The engines have
 * summed the instances up as they made them; what they gave as a mere plan is summed up
 * here, by an engine too.
 */

import { assemble } from '../shared/segments.js'

/**
 * @import { SealedFile } from '../certificate.js'
 * @import { Deidentified, Sink } from '../shared/protocol.js'
 */

const DIRECTORY = 'DICOMDIR'

/**
 * @param {Sink} sink
 * @param {(bytes: Blob) => Promise<string>} digest
 * @returns {Sink & { files: SealedFile[] }}
 */
export function sealedSink(sink, digest) {
  /** @type {SealedFile[]} */
  const files = []

  return {
    form: sink.form,
    files,

    async add(file, instance) {
      const summed = sum(file, instance)
      const [name, one] = await Promise.all([sink.add(file, instance), summed])
      if (name !== null) {
        files.push({ name, ...one })
      }
      return name
    },

    async close(directory) {
      // the sink may hand the bytes over
      const summed = directory && (await sumOf(new Blob([directory])))
      const result = await sink.close(directory)
      if (summed) {
        files.push({ name: DIRECTORY, ...summed })
      }
      return result
    },

    abort: () => sink.abort(),
  }

  /**
   * @param {File} file
   * @param {Deidentified} instance
   */
  async function sum(file, { segments, member, sha256 }) {
    if (sha256 && member) {
      return { sha256, size: member.size }
    }
    const bytes = assemble(file, segments ?? [])
    return sha256 ? { sha256, size: bytes.size } : sumOf(bytes)
  }

  /** @param {Blob} bytes */
  async function sumOf(bytes) {
    return { sha256: await digest(bytes), size: bytes.size }
  }
}
