/**
 * What is written down of a result, for a certificate: each file by its SHA-256. The
 * engines sum instances up as they make them; our own files are summed up here.
 */

import { digestOf } from '../shared/digest.js'
import { resultSize } from '../shared/segments.js'
import { DIRECTORY } from './names.js'

/**
 * @import { SealedFile } from '../certificate.js'
 * @import { Memory } from '../pipeline.js'
 * @import { Sink } from '../shared/protocol.js'
 *
 * @typedef {object} Seal
 * @property {{ sink: Sink, memory?: Memory }} run  to be used in place of those given
 * @property {SealedFile[]} files
 * @property {() => number} unsealed  files that nobody has summed up
 */

/**
 * Look on at what a sink is given, and at what is remembered of earlier pages.
 *
 * @param {{ sink: Sink, memory?: Memory }} run
 * @returns {Seal}
 */
export function sealing({ sink, memory }) {
  /** @type {SealedFile[]} */
  const files = []
  let unsealed = 0

  /**
   * @param {string} name
   * @param {number} size
   * @param {string | undefined} sha256
   */
  const note = (name, size, sha256) => {
    if (sha256) {
      files.push({ name, sha256, size })
    } else {
      unsealed++
    }
  }
  /**
   * @param {string} name
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  const noteOwn = async (name, bytes) => {
    note(name, bytes.length, await digestOf(bytes))
  }

  return {
    files,
    unsealed: () => unsealed,
    run: {
      sink: watched(sink, note, noteOwn),
      ...(memory && { memory: recalling(memory, note) }),
    },
  }
}

/**
 * @param {Sink} sink
 * @param {(name: string, size: number, sha256?: string) => void} note
 * @param {(name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>} noteOwn
 * @returns {Sink}
 */
function watched(sink, note, noteOwn) {
  return {
    form: sink.form,
    ...(sink.width && { width: sink.width }),

    async add(file, instance, job) {
      const name = await sink.add(file, instance, job)
      if (name !== null) {
        note(name, resultSize(instance), instance.sha256)
      }
      return name
    },

    async attach(name, bytes) {
      if (sink.attach) {
        // a sink lets go of what it has written
        const sum = await digestOf(bytes)
        const { length } = bytes
        const placed = await sink.attach(name, bytes)
        note(placed, length, sum)
        return placed
      }
      return name
    },

    async close(directory) {
      if (directory) {
        await noteOwn(DIRECTORY, directory)
      }
      return sink.close(directory)
    },

    leave: async () => (await sink.leave?.()) ?? false,
    abort: () => sink.abort(),
  }
}

/**
 * @param {Memory} memory
 * @param {(name: string, size: number, sha256?: string) => void} note
 * @returns {Memory}
 */
function recalling(memory, note) {
  return {
    mark: (source) => memory.mark(source),
    async find(mark) {
      const before = await memory.find(mark)
      if (before) {
        note(before.name, before.size, before.sha256)
      }
      return before
    },
    async *rest() {
      for await (const one of memory.rest()) {
        note(one.name, one.size, one.sha256)
        yield one
      }
    },
  }
}
