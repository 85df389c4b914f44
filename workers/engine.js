/**
 * An engine: one request in, one reply out. It reads the source itself, so only
 * results cross to the page.
 */

import { boot } from './runtime.js'

/**
 * @import { Form, Reply, Request } from '../js/shared/protocol.js'
 * @import { Deidentify, Driver, Report } from './runtime.js'
 */

/** Bytes of a result that are held before the browser may put them elsewhere. */
const HELD = 1 << 25

const reader = new FileReaderSync()

/** @type {Driver} */
let driver
/** @type {Deidentify} */
let deidentify
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
      return deidentify(request.file.size, reading(request.file), undefined, true)
    case 'deidentify':
      return plan(request.file, request.as)
  }
}

/**
 * @param {File} file
 * @returns {(start: number, stop: number) => Uint8Array}
 */
function reading(file) {
  return (start, stop) =>
    new Uint8Array(reader.readAsArrayBuffer(file.slice(start, stop)))
}

/**
 * @param {File} file
 * @param {Form} form
 * @returns {Reply}
 */
function plan(file, form) {
  const read = reading(file)
  if (form === 'segments') {
    return deidentify(file.size, read)
  }
  /** @type {(Uint8Array<ArrayBuffer> | Blob)[]} */
  let parts = []
  let held = 0
  const reply = deidentify(file.size, read, (data) => {
    parts.push(data)
    held += data.byteLength
    if (held > HELD) {
      parts = [new Blob(parts)]
      held = 0
    }
  })
  if (reply.member) {
    reply.member.data = parts.length === 1 ? parts[0] : new Blob(parts)
  }
  return reply
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
