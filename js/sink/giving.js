/** Instances given away one by one, as Blobs of new bytes and slices of their sources. */

import { assemble } from '../shared/segments.js'

/** @import { Segment, Sink } from '../shared/protocol.js' */

/**
 * @param {(name: string, instance: Blob) => void} give
 * @returns {Sink}
 */
export function givingSink(give) {
  return {
    form: 'segments',
    add: async (file, { name, segments }) => {
      give(name, assemble(file, /** @type {Segment[]} */ (segments)))
      return name
    },
    close: async () => null,
    abort: async () => {},
  }
}
