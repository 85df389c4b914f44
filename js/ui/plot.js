/** A line of values over time, few enough to be drawn however long it gets. */

export class Series {
  /** @type {number[]} */
  values = []
  #most
  #stride = 1
  /** @type {number[]} */
  #held = []

  /** @param {number} most  values; an even number */
  constructor(most) {
    this.#most = most
  }

  /**
   * Add a value; once there are too many, each two become their mean.
   *
   * @param {number} value
   */
  add(value) {
    this.#held.push(value)
    if (this.#held.length < this.#stride) {
      return
    }
    this.values.push(mean(this.#held))
    this.#held = []
    if (this.values.length === this.#most) {
      this.values = this.values
        .filter((_, index) => index % 2)
        .map((value, index) => mean([this.values[2 * index], value]))
      this.#stride *= 2
    }
  }
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * Give the path of an area below values, from the left edge to the right.
 *
 * @param {number[]} values  none below zero
 * @param {number} width
 * @param {number} height  of the greatest value
 */
export function area(values, width, height) {
  if (values.length < 2) {
    return ''
  }
  const top = Math.max(...values) || 1
  const points = values.map((value, index) => {
    const x = (width * index) / (values.length - 1)
    return `${x.toFixed(1)},${(height - (height * value) / top).toFixed(1)}`
  })
  return `M0,${height}L${points.join('L')}L${width},${height}Z`
}
