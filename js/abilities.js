/**
 * What this browser can do with a result. It is found out before anybody chooses, so
 * that what is missing is said, and not met in the middle of a run.
 */

/**
 * @import { Output } from './sink/choose.js'
 *
 * @typedef {Record<Output, boolean>} Abilities
 */

/** Outputs from the best to that which every browser has. @type {Output[]} */
const BEST = ['zip', 'storage', 'download']

/** @returns {Promise<Abilities>} */
export async function abilities() {
  return {
    zip: 'showSaveFilePicker' in globalThis && mayAsk(),
    folder: 'showDirectoryPicker' in globalThis && mayAsk(),
    storage: 'locks' in navigator && (await stores()),
    download: true,
  }
}

/** A frame within a page of another origin may not ask for a place. */
function mayAsk() {
  try {
    return Boolean(window.top?.origin)
  } catch {
    return false
  }
}

/** A private window may have storage in name alone: it must be opened to know. */
async function stores() {
  try {
    return Boolean(await navigator.storage.getDirectory())
  } catch {
    return false
  }
}

/**
 * What was chosen, or the best there is instead.
 *
 * @param {string} chosen
 * @param {Abilities} can
 * @returns {Output}
 */
export function possible(chosen, can) {
  const order = [/** @type {Output} */ (chosen), ...BEST]
  return order.find((one) => can[one]) ?? 'download'
}
