/**
 * An engine: one request in, one reply out. It reads the source itself, so only
 * results cross to the page.
 */

import { boot } from './runtime.js'
import { open } from './source.js'

/**
 * @import { Form, Reply, Request } from '../js/shared/protocol.js'
 * @import { Deidentify, Driver, Look, Opened } from './runtime.js'
 */

/** Bytes of a result that are held before the browser may put them elsewhere. */
const HELD = 1 << 25

// what this worker fetches is counted by the page
const requests = new BroadcastChannel('cordon-requests')
new PerformanceObserver((list) => {
  requests.postMessage(list.getEntries().length)
}).observe({ type: 'resource' })

/** @type {Driver} */
let driver
/** @type {Deidentify} */
let deidentify
/** @type {Look} */
let look
/** Whether results are summed up. */
let digest = false

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
      digest = request.digest ?? false
      const refusal = driver.refusal(settings, reviewed)
      if (refusal) {
        return { type: 'refused', ...refusal }
      }
      deidentify?.destroy()
      deidentify = driver.engine(settings, key, reviewed)
      look?.destroy()
      look = driver.viewer(settings, key)
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
    case 'deidentify':
      return plan(await open(request, driver), request.as)
  }
}

/**
 * @param {Opened} opened
 * @param {Form} form
 * @returns {Reply}
 */
function plan(opened, form) {
  if (form === 'segments' && opened.sliced) {
    return deidentify(opened, undefined, false, digest)
  }
  /** @type {(Uint8Array<ArrayBuffer> | Blob)[]} */
  let parts = []
  let held = 0
  const write = (/** @type {Uint8Array<ArrayBuffer>} */ data) => {
    parts.push(data)
    held += data.byteLength
    if (held > HELD) {
      parts = [new Blob(parts)]
      held = 0
    }
  }
  const store = form === 'segments'
  const { member, ...reply } = deidentify(opened, write, store, digest)
  if (!member) {
    return reply
  }
  const data = parts.length === 1 ? parts[0] : new Blob(parts)
  return store
    ? { ...reply, segments: [data] }
    : { ...reply, member: { ...member, data } }
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
  if (reply.type !== 'deidentified') {
    return []
  }
  return [reply.member?.data, ...(reply.segments ?? [])]
    .filter((data) => data instanceof Uint8Array)
    .map((data) => data.buffer)
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
