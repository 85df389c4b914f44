/**
 * The first frame of an instance on a canvas, with window and level; or why it cannot
 * be shown.
 */

import { say } from '../words.js'
import { byId, count } from './dom.js'
import { decode, Undrawable } from './frame.js'

/**
 * @import { Frame } from '../shared/protocol.js'
 * @import { Grey } from './frame.js'
 */

/** Pixels of a drag that go through the whole range of values. */
const DRAG = 400

export function previewView() {
  /** @type {HTMLCanvasElement} */
  const canvas = byId('preview-image')
  /** @type {HTMLInputElement} */
  const level = byId('preview-level')
  /** @type {HTMLInputElement} */
  const width = byId('preview-width')
  /** @type {Grey | null} */
  let shown = null
  let latest = 0

  // more exact than the steps of the sliders
  let now = { level: 0, width: 1 }

  /** @param {{ level: number, width: number }} wanted */
  const draw = (wanted) => {
    now = { level: wanted.level, width: Math.max(1, wanted.width) }
    level.valueAsNumber = now.level
    width.valueAsNumber = now.width
    byId('preview-level-value').textContent = count(now.level)
    byId('preview-width-value').textContent = count(now.width)
    if (shown) {
      paint(canvas, shown, now.level, now.width)
    }
  }
  const reset = () => shown && draw(shown)
  level.oninput = () => draw({ ...now, level: level.valueAsNumber })
  width.oninput = () => draw({ ...now, width: width.valueAsNumber })
  byId('preview-reset').onclick = reset
  dragging(canvas, (across, down) => {
    if (shown) {
      const unit = (shown.high - shown.low) / DRAG
      draw({ level: now.level + down * unit, width: now.width + across * unit })
    }
  })

  /** @param {string} reason */
  function clear(reason) {
    shown = null
    canvas.hidden = true
    canvas.width = 0
    byId('preview-tools').hidden = true
    byId('preview-reason').textContent = reason
  }

  return {
    clear: () => {
      latest++
      clear('')
    },

    /**
     * @param {Blob} file
     * @param {Frame | null} frame
     */
    async show(file, frame) {
      const mine = ++latest
      clear('')
      try {
        const ready = await decode(file, frame)
        if (mine !== latest) {
          return
        }
        canvas.width = ready.columns
        canvas.height = ready.rows
        canvas.hidden = false
        if ('colours' in ready) {
          context(canvas).putImageData(
            new ImageData(ready.colours, ready.columns, ready.rows),
            0,
            0,
          )
          return
        }
        shown = ready
        ranges(level, ready.low, ready.high)
        ranges(width, 1, Math.max(2 * (ready.high - ready.low), ready.width))
        byId('preview-tools').hidden = false
        reset()
      } catch (error) {
        if (mine === latest) {
          const code = error instanceof Undrawable ? error.message : 'broken'
          clear(say(`preview.${code}`))
        }
      }
    },
  }
}

/** @param {HTMLInputElement} input  @param {number} low  @param {number} high */
function ranges(input, low, high) {
  input.min = String(low)
  input.max = String(high)
  input.step = high - low > 10 ? '1' : 'any'
}

/**
 * @param {HTMLElement} element
 * @param {(across: number, down: number) => void} move
 */
function dragging(element, move) {
  element.onpointerdown = (event) => element.setPointerCapture(event.pointerId)
  element.onpointermove = (event) => {
    if (element.hasPointerCapture(event.pointerId)) {
      move(event.movementX, event.movementY)
    }
  }
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'))
}

/**
 * Draw grey values under a window (PS3.3 C.11.2.1.2).
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Grey} frame
 * @param {number} level
 * @param {number} width
 */
function paint(canvas, { grey, inverted, columns, rows }, level, width) {
  const image = new ImageData(columns, rows)
  const words = new Uint32Array(image.data.buffer)
  const bottom = level - width / 2
  const scale = 255 / Math.max(width, Number.EPSILON)
  for (let index = 0; index < grey.length; index++) {
    const value = Math.min(255, Math.max(0, Math.round((grey[index] - bottom) * scale)))
    const shade = inverted ? 255 - value : value
    words[index] = 0xff000000 | (shade * 0x010101)
  }
  context(canvas).putImageData(image, 0, 0)
}
