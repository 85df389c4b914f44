/**
 * The result of a plan as a Blob. Its spans are slices of the source, so bytes that
 * stay are never held in memory.
 */

/** @import { Segment } from './protocol.js' */

/**
 * @param {Blob} source
 * @param {Segment[]} segments
 * @returns {Blob}
 */
export function assemble(source, segments) {
  return new Blob(
    segments.map((segment) =>
      'start' in segment ? source.slice(segment.start, segment.stop) : segment,
    ),
    { type: 'application/dicom' },
  )
}
