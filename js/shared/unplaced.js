/** An instance did not get into the result; the others may. */

/** @import { Reply } from './protocol.js' */

export class Unplaced extends Error {
  /** @param {Reply} reply  that says why */
  constructor(reply) {
    super(reply.type)
    this.reply = reply
  }
}
