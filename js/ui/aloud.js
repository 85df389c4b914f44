/** What is read aloud must not change all the time. */

/** Milliseconds between two things that are read aloud. */
export const SAID_EVERY = 5000

/**
 * Tell something now and then, of what is told all the time.
 *
 * @template T
 * @param {(value: T) => void} tell
 */
export function paced(tell) {
  let next = 0
  return (/** @type {T} */ value) => {
    const now = performance.now()
    if (now >= next) {
      next = now + SAID_EVERY
      tell(value)
    }
  }
}
