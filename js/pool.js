/**
 * What is asked of engines: of one, of whichever is free, or of all of them, which then
 * share one stream of sources.
 */

import { concurrently, inOrder } from './concurrent.js'
import { Engines } from './engines.js'
import { parts } from './shared/segments.js'
import { Unplaced } from './shared/unplaced.js'

/**
 * @import { Answered } from './engines.js'
 * @import {
 *   Entry, Form, Found, Origin, Outcome, PackedPart, Reply, ReportPiece, Request,
 *   Segment, Source, Terms,
 * } from './shared/protocol.js'
 *
 * @typedef {import('./engines.js').EngineState} EngineState
 */

/** Results that may wait for the sink, for each engine. */
const AHEAD = 2

/** Bytes of a result that an engine packs at once, if it cannot hold the whole. */
const PART = 2 ** 20

const LOST = 'source-lost'

export class Pool extends Engines {
  /**
   * De-identify sources; outcomes come as they are finished.
   *
   * @param {AsyncIterable<Source> | Iterable<Source>} sources
   * @param {Form} form
   * @param {Terms} terms
   * @returns {AsyncGenerator<Outcome>}
   */
  deidentify(sources, form, terms) {
    return this.#each(sources, terms, (origin) => ({
      type: 'deidentify',
      ...origin,
      as: form,
    }))
  }

  /**
   * Tell which original IDs of sources became which new ones, under the same terms.
   *
   * @param {Iterable<Source>} sources
   * @param {Terms} terms
   * @returns {AsyncGenerator<Outcome>}
   */
  identify(sources, terms) {
    return this.#each(sources, terms, (origin) => ({ type: 'identify', ...origin }))
  }

  /**
   * Tell where instances belong, of which only the beginnings are read. One engine is
   * left to those who want something else in the meantime.
   *
   * @param {AsyncIterable<Source> | Iterable<Source>} sources
   * @param {Terms} terms
   * @returns {AsyncGenerator<Outcome>}
   */
  glances(sources, terms) {
    const most = Math.max(1, this.state.size - 1)
    return this.#each(sources, terms, (origin) => ({ type: 'glance', ...origin }), most)
  }

  /**
   * Read what a DICOMDIR says of studies and series.
   *
   * @param {Source} source
   * @param {Terms} terms
   * @returns {Promise<Reply>}
   */
  async survey(source, terms) {
    const asked = this.#about(source, terms, (origin) => ({
      type: 'survey',
      ...origin,
    }))
    return (await asked).reply
  }

  /**
   * Look at what would become of a source, and why.
   *
   * @param {Source} source
   * @param {Terms} terms
   * @returns {Promise<Reply>}
   */
  async inspect(source, terms) {
    const asked = this.#about(source, terms, (origin) => ({
      type: 'inspect',
      ...origin,
    }))
    return (await asked).reply
  }

  /**
   * Write a report; one engine does it from its first piece to its last.
   *
   * @param {Iterable<ReportPiece>} pieces
   * @returns {Promise<string[]>}
   */
  async report(pieces) {
    return this.lend(async (engine) => {
      const texts = []
      for (const piece of pieces) {
        const reply = await engine?.work(piece, null)
        if (reply?.type !== 'report') {
          throw new Error('no report')
        }
        texts.push(reply.text)
      }
      return texts
    })
  }

  /**
   * See whether settings can be followed, before any source is opened.
   *
   * @param {Terms} terms
   */
  async check(terms) {
    return this.#ask(null, terms)
  }

  /**
   * Tell which setting cannot be followed, without a run.
   *
   * @param {string} settings  JSON
   */
  async vet(settings) {
    const reply = await this.#ask({ type: 'vet', settings, reviewed: '' })
    return reply.type === 'vetted' ? reply.refusal : null
  }

  /** List the attributes there are. */
  async attributes() {
    const reply = await this.#ask({ type: 'attributes' })
    return reply.type === 'attributes' ? reply.list : []
  }

  /** Make a synthetic study. @returns {Promise<Found[]>} */
  async sample() {
    const reply = await this.#ask({ type: 'sample' })
    const files = reply.type === 'sample' ? reply.files : []
    return files.map(([path, data]) => ({ path, file: new File([data], path) }))
  }

  /**
   * Derive a key from a passphrase; this takes seconds, on purpose.
   *
   * @param {string} passphrase
   */
  async derive(passphrase) {
    return this.#ask({ type: 'derive', passphrase })
  }

  /**
   * Pack an instance in parts, by all engines; none of them remembers anything, so one
   * that dies costs a part.
   *
   * @param {Blob} file
   * @param {Segment[]} segments
   * @param {number} level  of deflate; 0 only sums up
   * @returns {AsyncGenerator<PackedPart>}  part after part
   */
  async *pack(file, segments, level) {
    const all = parts(segments, PART)
    for await (const { reply } of inOrder(all, this.state.size, (part) =>
      this.attempt({ type: 'pack', file, level, ...part }, null),
    )) {
      if (reply.type !== 'packed') {
        throw new Unplaced(reply)
      }
      yield reply
    }
  }

  /**
   * Make the DICOMDIR for what has been written.
   *
   * @param {Entry[]} entries
   */
  async directory(entries) {
    const reply = await this.#ask({ type: 'directory', entries })
    if (reply.type !== 'directory') {
      throw new Error('no directory')
    }
    return reply.data
  }

  /**
   * Send canaries through an engine under settings.
   *
   * @param {string} settings  JSON
   */
  async selfTest(settings) {
    const key = crypto.getRandomValues(new Uint8Array(32))
    return this.#ask({ type: 'self-test', settings, key })
  }

  /**
   * Tell what a certificate says besides files and numbers.
   *
   * @param {string} settings  JSON
   */
  async certificateHead(settings) {
    const reply = await this.#ask({ type: 'certificate-head', settings })
    if (reply.type !== 'certificate-head') {
      throw new Error('no certificate')
    }
    return reply.head
  }

  /**
   * Sum sources up.
   *
   * @param {AsyncIterable<Source> | Iterable<Source>} sources
   * @returns {AsyncGenerator<Outcome>}
   */
  digests(sources) {
    return this.#each(sources, null, (origin) => ({ type: 'digest', ...origin }))
  }

  /**
   * @param {Request | null} request
   * @param {Terms | null} [terms]
   */
  async #ask(request, terms = null) {
    return (await this.attempt(request, terms)).reply
  }

  /**
   * @param {AsyncIterable<Source> | Iterable<Source>} sources
   * @param {Terms | null} terms
   * @param {(origin: Origin) => Request} request
   * @param {number} [most]  at the same time
   * @returns {AsyncGenerator<Outcome>}
   */
  #each(sources, terms, request, most = this.state.size * AHEAD) {
    return concurrently(sources, most, async (source) => ({
      source,
      ...(await this.#about(source, terms, request)),
    }))
  }

  /**
   * @param {Source} source
   * @param {Terms | null} terms
   * @param {(origin: Origin) => Request} request
   * @returns {Promise<Answered>}
   */
  async #about({ file, packed, code = LOST }, terms, request) {
    return file
      ? this.attempt(request({ file, packed }), terms)
      : { reply: { type: 'unreadable', code, offset: 0 }, ms: 0 }
  }
}
