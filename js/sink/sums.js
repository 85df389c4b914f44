/** The sum over an instance from the sums over its parts, as zlib combines them. */

import { release } from '../shared/release.js'

/**
 * @import { Pack, Segment } from '../shared/protocol.js'
 * @import { Identity } from './names.js'
 */

const POLYNOMIAL = 0xedb88320

/** Stands for 1 among polynomials over GF(2), the highest bit first. */
const ONE = 1 << 31

/** x to the power of 8: what one more byte multiplies a sum by. */
const BYTE = 1 << 23

/**
 * @param {number} first  CRC-32 of some bytes
 * @param {number} second  CRC-32 of the bytes after them
 * @param {number} size  how many bytes come second
 */
export function combined(first, second, size) {
  let shift = ONE
  for (let power = BYTE, left = size; left; left = Math.floor(left / 2)) {
    shift = left % 2 ? product(shift, power) : shift
    power = product(power, power)
  }
  return (product(shift, first) ^ second) >>> 0
}

/**
 * @param {number} a
 * @param {number} b
 */
function product(a, b) {
  let sum = 0
  for (let bit = ONE; bit; bit >>>= 1) {
    sum ^= a & bit ? b : 0
    b = b & 1 ? (b >>> 1) ^ POLYNOMIAL : b >>> 1
  }
  return sum
}

/**
 * Sum an instance up without holding it.
 *
 * @param {Pack} pack
 * @param {Blob} file
 * @param {Segment[]} segments
 * @returns {Promise<Identity>}
 */
export async function summed(pack, file, segments) {
  let size = 0
  let crc32 = 0
  for await (const part of pack(file, segments, 0)) {
    crc32 = combined(crc32, part.crc32, part.size)
    size += part.size
    release(part.data)
  }
  return { size, crc32 }
}
