/**
 * An engine: one request in, one reply out. It reads the source itself, so only
 * results cross to the page.
 */

import { boot } from './runtime.js'

/**
 * @import { Form, Packed, Reply, Request } from '../js/shared/protocol.js'
 * @import { Deidentify, Driver } from './runtime.js'
 */

const reader = new FileReaderSync()

/** @type {Driver} */
let driver
/** @type {Deidentify} */
let deidentify

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
    case 'configure': {
      const refusal = driver.refusal(request.settings)
      if (refusal) {
        return { type: 'refused', ...refusal }
      }
      deidentify?.destroy()
      deidentify = driver.engine(request.settings, request.key)
      return { type: 'configured' }
    }
    case 'directory':
      return { type: 'directory', data: driver.directory(request.entries) }
    case 'deidentify':
      return plan(request.file, request.as)
    case 'pack':
      return pack(request)
  }
}

/**
 * @param {File} file
 * @param {Form} form
 * @returns {Reply}
 */
function plan(file, form) {
  if (form === 'segments') {
    return deidentify(file.size, reading(file))
  }
  const { level, again, elsewhere } = form
  const { data, write } = collected()
  const reply = deidentify(file.size, reading(file), write, level, again, elsewhere)
  if (reply.member) {
    reply.member.data = data()
  }
  return reply
}

/**
 * Pack a part of a result that is too large to be packed at once.
 *
 * @param {Extract<Request, { type: 'pack' }>} request
 * @returns {Reply}
 */
function pack({ file, segments, level, last }) {
  const read = reading(file)
  if (!level) {
    return driver.pack_part(segments, read, undefined, level, last)
  }
  const { data, write } = collected()
  const reply = driver.pack_part(segments, read, write, level, last)
  return reply.type === 'packed' ? { ...reply, data: data() } : reply
}

/** @param {Blob} file */
function reading(file) {
  return (/** @type {number} */ start, /** @type {number} */ stop) =>
    new Uint8Array(reader.readAsArrayBuffer(file.slice(start, stop)))
}

/** Take what is written, to give it as one. */
function collected() {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const pieces = []
  return {
    write: (/** @type {Uint8Array<ArrayBuffer>} */ piece) => pieces.push(piece),
    data: () => (pieces.length === 1 ? pieces[0] : joined(pieces)),
  }
}

/** @param {Uint8Array<ArrayBuffer>[]} pieces */
function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
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
    return reply.data ? [reply.data.buffer] : []
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
