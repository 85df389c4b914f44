/**
 * An engine: one request in, one reply out. It reads the source itself, so only
 * results cross to the page.
 */

import { release } from '../js/shared/release.js'
import { assemble } from '../js/shared/segments.js'
import { boot } from './runtime.js'
import { open, reading } from './source.js'

/**
 * @import { Form, Reply, Request, Terms } from '../js/shared/protocol.js'
 * @import { Deidentify, Driver, Inspect, Look, Opened, Report } from './runtime.js'
 */

/** Bytes of a result that are held before the browser may put them elsewhere. */
const HELD = 1 << 25

/** @type {Driver} */
let driver
/** @type {Deidentify} */
let deidentify
/** @type {Look} */
let look
/** @type {Terms} */
let terms
/** @type {Inspect | undefined}  made when it is first needed under these terms */
let inspect
/** @type {Report} */
let report

self.onmessage = async ({ data }) => {
  const reply = await answer(data).catch(fatal)
  self.postMessage(reply, owned(reply))
}

/**
 * @param {Request} request
 * @returns {Promise<Reply>}
 */
async function answer(request) {
  switch (request.type) {
    case 'boot': {
      tellRequests(request.requests)
      await announce(request.lock)
      const booted = await boot()
      driver = booted.driver
      return { type: 'booted', from: booted.from }
    }
    case 'derive':
      return { type: 'derived', key: driver.derive(request.passphrase) }
    case 'attributes':
      return { type: 'attributes', list: JSON.parse(driver.attributes()) }
    case 'sample':
      return { type: 'sample', files: driver.sample() }
    case 'vet':
      return {
        type: 'vetted',
        refusal: driver.refusal(request.settings, request.reviewed) ?? null,
      }
    case 'configure': {
      const { settings, key, reviewed } = request
      const refusal = driver.refusal(settings, reviewed)
      if (refusal) {
        return { type: 'refused', ...refusal }
      }
      deidentify?.destroy()
      deidentify = driver.engine(settings, key, reviewed)
      look?.destroy()
      look = driver.viewer(settings, key)
      inspect?.destroy()
      inspect = undefined
      terms = request
      return { type: 'configured' }
    }
    case 'self-test': {
      const { settings, key } = request
      const refusal = driver.refusal(settings, '')
      return refusal
        ? { type: 'refused', ...refusal }
        : { type: 'self-tested', made: driver.self_test(settings, key) }
    }
    case 'certificate-head':
      return {
        type: 'certificate-head',
        head: driver.certificate_head(request.settings),
      }
    case 'digest':
      return driver.digest(await open(request, driver))
    case 'directory':
      return { type: 'directory', data: driver.directory(request.entries) }
    case 'survey':
    case 'glance':
      return look(request.type, await open(request, driver))
    case 'report': {
      if (request.begin) {
        const { format, settings, browser } = request.begin
        report?.destroy()
        report = driver.report(format, settings, browser)
      }
      const text = report.add(request.lines)
      return { type: 'report', text: request.last ? text + report.close() : text }
    }
    case 'identify':
      return deidentify(await open(request, driver), () => {}, undefined, false, true)
    case 'deidentify':
      return plan(await open(request, driver), request.as)
    case 'pack':
      return pack(request)
    case 'inspect':
      inspect ??= driver.inspector(terms.settings, terms.key, terms.reviewed)
      return JSON.parse(inspect(await open(request, driver)))
  }
}

/**
 * @param {Opened} opened
 * @param {Form} form
 * @returns {Reply}
 */
function plan(opened, form) {
  const { joined, blob, write } = collected()
  const packing = form === 'segments' ? undefined : form
  const { plain, member, ...reply } = deidentify(opened, write, packing, terms.digest)
  if (plain) {
    return { ...reply, segments: [blob()] }
  }
  return member ? { ...reply, member: { ...member, data: joined() } } : reply
}

/**
 * Pack a part of a result that is too large to be packed at once.
 *
 * @param {Extract<Request, { type: 'pack' }>} request
 * @returns {Reply}
 */
function pack({ file, segments, level, last }) {
  const part = assemble(file, segments)
  const { size } = part
  let data = new Uint8Array()
  const read = (/** @type {number} */ start, /** @type {number} */ stop) => {
    // Python tells what comes of it if that fails
    data = data.length ? data : reading(part)(0, size)
    return data.subarray(start, stop)
  }
  if (!level) {
    const reply = driver.pack_part(size, read, undefined, level, last)
    return reply.type === 'packed' ? { ...reply, data } : reply
  }
  const { joined, write } = collected()
  const reply = driver.pack_part(size, read, write, level, last)
  release(data)
  return reply.type === 'packed' ? { ...reply, data: joined() } : reply
}

/** Take what is written, to give it as one. */
function collected() {
  /** @type {(Uint8Array<ArrayBuffer> | Blob)[]} */
  let pieces = []
  let held = 0
  return {
    write: (/** @type {Uint8Array<ArrayBuffer>} */ piece) => {
      pieces.push(piece)
      held += piece.length
      if (held > HELD) {
        pieces = [new Blob(pieces)]
        held = 0
      }
    },
    blob: () => new Blob(pieces),
    /** Of what is known to be small. */
    joined: () => {
      const [only, another] = /** @type {Uint8Array<ArrayBuffer>[]} */ (pieces)
      if (only && !another && only.length === only.buffer.byteLength) {
        return only
      }
      const whole = new Uint8Array(held)
      let at = 0
      for (const piece of /** @type {Uint8Array<ArrayBuffer>[]} */ (pieces)) {
        whole.set(piece, at)
        at += piece.length
      }
      return whole
    },
  }
}

/**
 * List what is handed over with a reply instead of copied.
 *
 * @param {Reply} reply
 * @returns {Transferable[]}
 */
function owned(reply) {
  if (reply.type === 'directory') {
    return [reply.data.buffer]
  }
  if (reply.type === 'packed') {
    return [reply.data.buffer]
  }
  if (reply.type !== 'deidentified') {
    return []
  }
  return [reply.member?.data, ...(reply.segments ?? [])]
    .filter((data) => data instanceof Uint8Array)
    .map((data) => data.buffer)
}

/**
 * Tell the page what this worker fetches, from its first script on.
 *
 * @param {string} name  of the page's channel
 */
function tellRequests(name) {
  const channel = new BroadcastChannel(name)
  new PerformanceObserver((list) => {
    channel.postMessage(list.getEntries().length)
  }).observe({ type: 'resource', buffered: true })
}

/**
 * Hold a lock for as long as this worker lives: who waits for it learns of its death.
 *
 * @param {string} lock
 */
function announce(lock) {
  return new Promise((held) => {
    if (!navigator.locks) {
      held(undefined)
      return
    }
    navigator.locks.request(lock, () => {
      held(undefined)
      return new Promise(() => {})
    })
  })
}

/**
 * Python itself has failed, and cannot be trusted any more. The text of the error
 * may quote a value; its name cannot.
 *
 * @param {unknown} error
 * @returns {Reply}
 */
function fatal(error) {
  const name = error instanceof Error ? error.name : 'unknown'
  return { type: 'failed', error: name, where: 'engine', fatal: true }
}
