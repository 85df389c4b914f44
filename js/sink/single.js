/** One instance, as a Blob of new bytes and slices of the source. */

import { assemble } from '../shared/segments.js'

/** @import { Segment, Sink } from '../shared/protocol.js' */

/** @returns {Sink} */
export function singleSink() {
  /** @type {Blob | null} */
  let result = null
  return {
    form: 'segments',
    add: async (file, { name, segments }) => {
      result = assemble(file, /** @type {Segment[]} */ (segments))
      return name
    },
    close: async () => result,
    abort: async () => {
      result = null
    },
  }
}
