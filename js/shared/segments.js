/**
 * A plan: new bytes, and ranges of the source. Assembled, the ranges are slices of the
 * source, so bytes that stay are never held in memory.
 */

/** @import { Deidentified, Segment } from './protocol.js' */

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

/**
 * Count the bytes that segments stand for.
 *
 * @param {Segment[]} segments
 */
export function sizeOf(segments) {
  return segments.reduce((size, segment) => size + length(segment), 0)
}

/**
 * Count the bytes of an instance as it is in the result.
 *
 * @param {Deidentified} instance
 */
export function resultSize({ member, size, segments = [] }) {
  return member?.size ?? size ?? sizeOf(segments)
}

/**
 * Cut segments into parts of as many bytes, but for the last one.
 *
 * @param {Segment[]} segments
 * @param {number} bytes
 * @returns {Generator<{ segments: Segment[], last: boolean }>}
 */
export function* parts(segments, bytes) {
  let left = sizeOf(segments)
  /** @type {Segment[]} */
  let part = []
  let room = bytes
  for (let rest of segments) {
    while (length(rest)) {
      const taken = Math.min(room, length(rest))
      part.push(alone(cut(rest, 0, taken)))
      rest = cut(rest, taken, length(rest))
      room -= taken
      left -= taken
      if (!room && left) {
        yield { segments: part, last: false }
        part = []
        room = bytes
      }
    }
  }
  yield { segments: part, last: true }
}

/** @param {Segment} segment */
function length(segment) {
  if (segment instanceof Blob) {
    return segment.size
  }
  return segment instanceof Uint8Array ? segment.length : segment.stop - segment.start
}

/**
 * @param {Segment} segment
 * @param {number} from
 * @param {number} to
 * @returns {Segment}
 */
function cut(segment, from, to) {
  if (segment instanceof Blob) {
    return segment.slice(from, to)
  }
  return segment instanceof Uint8Array
    ? segment.subarray(from, to)
    : { start: segment.start + from, stop: segment.start + to }
}

/**
 * Give bytes a buffer of their own: a view would be sent with all that it is a view of.
 *
 * @param {Segment} segment
 * @returns {Segment}
 */
function alone(segment) {
  const partial =
    segment instanceof Uint8Array && segment.length < segment.buffer.byteLength
  return partial ? segment.slice() : segment
}
