/**
 * Memory that is done with, given back at once. Browsers collect what lies outside of
 * their heap late: a file that is read in pieces would take hundreds of megabytes.
 */

/** Bytes below which a browser collects soon enough. */
const LEAST = 1 << 16

// what is sent to a port that nobody holds is gone
const { port1: nowhere, port2: closed } = new MessageChannel()
closed.close()

/**
 * Let go of bytes that nobody looks at any more, if they have a buffer of their own.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function release({ buffer, byteLength }) {
  if (byteLength >= LEAST && byteLength === buffer.byteLength) {
    nowhere.postMessage(null, [buffer])
  }
}
