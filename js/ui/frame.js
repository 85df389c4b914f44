/**
 * Pixels of a frame as numbers or colours: those that need no decoder but the browser's
 * own. Knows where the bytes are from the engine; no DICOM is parsed here.
 */

/** @import { Frame } from '../shared/protocol.js' */

/** Bytes of a frame up to which it is drawn. */
const MOST = 2 ** 28

/**
 * A frame ready to be drawn: grey values, or colours as they are.
 *
 * @typedef {{ columns: number, rows: number }} Size
 * @typedef {Size & { grey: Float32Array, inverted: boolean, level: number, width: number,
 *   low: number, high: number }} Grey
 * @typedef {Size & { colours: Uint8ClampedArray<ArrayBuffer> }} Colours
 */

/** Why a frame is not drawn: a code. */
export class Undrawable extends Error {}

/**
 * Read a frame, or throw why it cannot be drawn.
 *
 * @param {Blob} file
 * @param {Frame | null} frame
 * @returns {Promise<Grey | Colours>}
 */
export async function decode(file, frame) {
  if (!frame) {
    throw new Undrawable('none')
  }
  if (frame.encapsulated && !frame.jpeg) {
    throw new Undrawable('compressed')
  }
  if (!frame.spans.length) {
    throw new Undrawable(frame.encapsulated ? 'compressed' : 'deflated')
  }
  const { rows, columns } = frame
  const bytes = frame.spans.reduce((sum, [start, stop]) => sum + stop - start, 0)
  if (bytes > MOST || rows * columns * 4 > MOST) {
    throw new Undrawable('large')
  }
  if (!rows || !columns) {
    throw new Undrawable('unusual')
  }
  const data = new Blob(frame.spans.map(([start, stop]) => file.slice(start, stop)))
  return frame.encapsulated
    ? decodeJpeg(data, frame)
    : native(new DataView(await data.arrayBuffer()), frame)
}

/**
 * @param {Blob} data
 * @param {Frame} frame
 * @returns {Promise<Grey | Colours>}
 */
async function decodeJpeg(data, frame) {
  const bitmap = await createImageBitmap(data)
  const { width: columns, height: rows } = bitmap
  const canvas = new OffscreenCanvas(columns, rows)
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext('2d')
  )
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  const colours = context.getImageData(0, 0, columns, rows).data
  if (frame.samples > 1) {
    return { columns, rows, colours: /** @type {any} */ (colours) }
  }
  const grey = Float32Array.from({ length: columns * rows }, (_, at) => colours[4 * at])
  return windowed(grey, { ...frame, columns, rows })
}

/**
 * Read pixels that are not compressed (PS3.5 8.1).
 *
 * @param {DataView<ArrayBuffer>} data
 * @param {Frame} frame
 * @returns {Grey | Colours}
 */
function native(data, frame) {
  const { samples, allocated, photometric } = frame
  if (samples === 1 && photometric.startsWith('MONOCHROME')) {
    return windowed(greys(data, frame), frame)
  }
  const isColour = photometric === 'RGB' || photometric === 'YBR_FULL'
  if (samples === 3 && allocated === 8 && isColour) {
    return coloured(new Uint8Array(data.buffer), frame)
  }
  throw new Undrawable('unusual')
}

/**
 * @param {DataView} data
 * @param {Frame} frame
 */
function greys(data, { rows, columns, allocated, stored, high, signed, little }) {
  const grey = new Float32Array(rows * columns)
  const shift = Math.max(0, high + 1 - stored)
  const mask = 2 ** stored - 1
  const sign = signed ? 2 ** (stored - 1) : Infinity
  /** @type {(index: number) => number} */
  let get
  if (allocated === 1) {
    get = (index) => (data.getUint8(index >> 3) >> (index & 7)) & 1
  } else if (allocated === 8) {
    get = (index) => data.getUint8(index)
  } else if (allocated === 16) {
    get = (index) => data.getUint16(2 * index, little)
  } else {
    throw new Undrawable('unusual')
  }
  for (let index = 0; index < grey.length; index++) {
    const value = (get(index) >> shift) & mask
    grey[index] = value >= sign ? value - 2 * sign : value
  }
  return grey
}

/**
 * Apply the rescale, and choose the first window: that of the source, or all there is.
 *
 * @param {Float32Array} grey
 * @param {Frame} frame
 * @returns {Grey}
 */
function windowed(
  grey,
  { rows, columns, slope, intercept, center, width, photometric },
) {
  let low = Infinity
  let high = -Infinity
  for (let index = 0; index < grey.length; index++) {
    const value = grey[index] * (slope || 1) + (intercept ?? 0)
    grey[index] = value
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  high = Math.max(high, low + 1)
  const told = center !== null && width !== null && width >= 1
  return {
    grey,
    rows,
    columns,
    inverted: photometric === 'MONOCHROME1',
    low,
    high,
    level: told ? center : (low + high) / 2,
    width: told ? width : high - low,
  }
}

/**
 * @param {Uint8Array} data
 * @param {Frame} frame
 * @returns {Colours}
 */
function coloured(data, { rows, columns, planar, photometric }) {
  const count = rows * columns
  const colours = new Uint8ClampedArray(4 * count)
  for (let at = 0; at < count; at++) {
    const [one, two, three] = planar
      ? [data[at], data[at + count], data[at + 2 * count]]
      : [data[3 * at], data[3 * at + 1], data[3 * at + 2]]
    colours.set([...toRgb(one, two, three, photometric), 255], 4 * at)
  }
  return { rows, columns, colours }
}

/**
 * @param {number} one
 * @param {number} two
 * @param {number} three
 * @param {string} photometric
 */
function toRgb(one, two, three, photometric) {
  if (photometric === 'RGB') {
    return [one, two, three]
  }
  const blue = two - 128
  const red = three - 128
  // PS3.3 C.7.6.3.1.2
  return [one + 1.402 * red, one - 0.344136 * blue - 0.714136 * red, one + 1.772 * blue]
}
