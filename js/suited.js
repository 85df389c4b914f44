/** How many engines suit a device: what the page begins with, unless told otherwise. */

/** Bytes of memory that an engine needs, about. */
const ENGINE_BYTES = 2 ** 27

const MOST_ENGINES = 8

/** Gigabytes of memory that a device is taken to have if its browser does not tell. */
const USUAL_MEMORY = 4

/**
 * How many engines suit this device, and why.
 *
 * @typedef {object} Suited
 * @property {number} size
 * @property {number} cores
 * @property {number} memory  in gigabytes
 * @property {boolean} told  whether the browser has told the memory
 * @property {number} each  bytes of memory that an engine needs, about
 */

/**
 * Choose how many engines suit this device: one more than it has cores, as engines
 * also wait for the disk, as far as an eighth of its memory goes.
 *
 * @returns {Suited}
 */
export function suited() {
  const { deviceMemory } = /** @type {any} */ (navigator)
  const memory = deviceMemory ?? USUAL_MEMORY
  const cores = navigator.hardwareConcurrency || 2
  const fitting = Math.floor((memory * 2 ** 30) / 8 / ENGINE_BYTES)
  const size = Math.max(1, Math.min(cores + 1, fitting, MOST_ENGINES))
  return { size, cores, memory, told: deviceMemory !== undefined, each: ENGINE_BYTES }
}
