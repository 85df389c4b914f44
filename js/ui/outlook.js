/** What a replacement would make of an instance, before it is one of the choices. */

import { visible } from '../visible.js'
import { say } from '../words.js'

/** @import { Reply } from '../shared/protocol.js' */

/** What becomes of an element where a replacement is followed. */
const FOLLOWED = ['replaced', 'emptied', 'added']

/**
 * Say it; of the original, nothing is said.
 *
 * @param {Reply} reply  of the engine, under the replacement
 * @param {string} tag  of the attribute, as in `00100020`
 * @param {number} number  of the instance
 */
export function outlook(reply, tag, number) {
  if (reply.type !== 'inspected') {
    return ''
  }
  const written = `${tag.slice(0, 4)},${tag.slice(4)}`
  const rows = reply.rows.filter((one) => one.depth === 0 && one.tag === written)
  if (!rows.length) {
    return say('replacements.outlook.absent', { number })
  }
  // the original may have a row of its own
  const row = rows.find(
    ({ why, kind }) =>
      reply.whys[why ?? 0].by === 'replacement' && FOLLOWED.includes(kind ?? ''),
  )
  if (!row) {
    return say('replacements.outlook.profile', { number })
  }
  const value = visible(row.new ?? '') || say('replacements.empty')
  return say('replacements.outlook', { number, value })
}
