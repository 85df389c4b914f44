/** What is certified of a result, and the certificate of it. */

import { certify, sign } from '../certificate.js'

/**
 * @import { Certificate, SealedFile, Summary } from '../certificate.js'
 * @import { Tally } from '../tally.js'
 *
 * @typedef {object} Sealed
 * @property {SealedFile[]} files
 * @property {number} unsealed  files that an earlier page has made and not summed up
 * @property {string} settings  of the run, JSON
 * @property {Tally} tally
 */

/**
 * Make a certificate, signed if there is a key.
 *
 * @param {Sealed} sealed
 * @param {Record<string, unknown>} head  what an engine says of versions and settings
 * @param {CryptoKey | null} key
 * @returns {Promise<Certificate>}
 */
export async function certificateOf({ files, tally }, head, key) {
  const inOrder = [...files].sort((a, b) => (a.name < b.name ? -1 : 1))
  const certificate = certify(head, inOrder, summaryOf(tally))
  return key ? sign(certificate, key) : certificate
}

/**
 * Give the numbers of a run by the names that the command gives them.
 *
 * @param {Tally} tally
 * @returns {Summary}
 */
function summaryOf({ files, earlier, bytes, bytesOut, lines, counts, options }) {
  /** @type {Record<string, number>} */
  const outcomes = {}
  for (const { outcome } of lines) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  if (earlier) {
    outcomes.deidentified = (outcomes.deidentified ?? 0) + earlier
  }
  const sizes = { bytes_in: bytes, bytes_out: bytesOut }
  return { files, ...sizes, outcomes, actions: counts, options }
}
