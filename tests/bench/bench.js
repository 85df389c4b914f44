/** What the benchmarks measure, with the parts that the page is made of. */

import { deidentify } from './js/pipeline.js'
import { Pool } from './js/pool.js'
import { assemble } from './js/shared/segments.js'
import { begin } from './js/sink/journal.js'
import { zipSink } from './js/sink/zip.js'
import { suited } from './js/suited.js'
import { BlobReader, ZipWriter } from './vendor/zip.js/zip.js'

const input = document.querySelector('input')
/** @type {Pool} */
let pool
let sources = []
let bytes = 0

/** Boot engines of a script; gives the milliseconds until all are ready. */
async function boot(script, size = suited().size) {
  pool?.resize(0)
  const start = performance.now()
  pool = new Pool(new URL(script, location.href), size)
  while (pool.state.ready < size) {
    await new Promise((next) => pool.addEventListener('change', next, { once: true }))
  }
  return performance.now() - start
}

/** List the chosen files and learn their sizes, as the page does before a run. */
function list() {
  sources = [...input.files].map((file, index) => ({ file, path: '', number: index }))
  bytes = sources.reduce((sum, { file }) => sum + file.size, 0)
  return sources.length
}

/** De-identify the listed files; gives MB/s. */
async function run(sink) {
  const start = performance.now()
  let written = 0
  const report = (_outcome, was) => {
    written += was ? 1 : 0
  }
  const { signal } = new AbortController()
  const terms = {
    settings: '{}',
    key: crypto.getRandomValues(new Uint8Array(32)),
    reviewed: '',
  }
  await deidentify({ sources, pool, sink, terms, signal, cancel: signal, report })
  if (written !== sources.length) {
    throw new Error(`${written} of ${sources.length} written`)
  }
  const result = speed(start)
  await clear()
  return result
}

/** Clear away what the browser keeps, or it is full after a few runs. */
async function clear() {
  const root = await navigator.storage.getDirectory()
  for await (const name of root.keys()) {
    await root.removeEntry(name, { recursive: true })
  }
}

function speed(start) {
  return bytes / 1e3 / (performance.now() - start)
}

/** A file of the browser's own, as the page writes one. */
async function kept() {
  const key = new Uint8Array(32)
  const plan = { mode: 'storage', settings: '{}', key, random: false, options: {} }
  return (await begin(plan)).target()
}

/** An archive as zip.js makes one by itself, with CompressionStream. */
function streamSink(target) {
  const writable = new WritableStream({ write: (chunk) => target.write(chunk, '') })
  const zip = new ZipWriter(writable, { level: 6, useWebWorkers: false })
  return {
    form: 'segments',
    add: async (file, { name, segments }) => {
      await zip.add(name, new BlobReader(assemble(file, segments)))
      return true
    },
    close: async () => {
      await zip.close()
      return target.close()
    },
    abort: () => target.abort(),
  }
}

/** The page's archive by its native codec. */
function nativeSink(target) {
  const codec = { codec: 'native', level: 6, workers: false, again: false }
  return zipSink(target, (...asked) => pool.pack(...asked), codec)
}

/** Read each file and write a copy of it; gives MB/s. */
async function copyFiles() {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('copies', { create: true })
  const start = performance.now()
  for (const { file, number } of sources) {
    const handle = await folder.getFileHandle(`${number}`, { create: true })
    const writable = await handle.createWritable()
    await writable.write(await file.arrayBuffer())
    await writable.close()
  }
  const result = speed(start)
  await root.removeEntry('copies', { recursive: true })
  return result
}

/** Read each file and write all of them into one; gives MB/s. */
async function copyIntoOne() {
  const start = performance.now()
  const target = await kept()
  for (const { file } of sources) {
    await target.write(new Uint8Array(await file.arrayBuffer()), '')
  }
  await target.close()
  const result = speed(start)
  await clear()
  return result
}

/** Ask a worker of the benchmarks' own something. */
function ask(script, data) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { type: 'module' })
    worker.onmessage = (event) => resolve(event.data)
    worker.onerror = (event) => reject(new Error(event.message))
    worker.postMessage(data)
  })
}

Object.assign(window, {
  ask,
  boot,
  copyFiles,
  copyIntoOne,
  list,
  ours: async () => run(zipSink(await kept(), (...asked) => pool.pack(...asked))),
  native: async () => run(nativeSink(await kept())),
  stream: async () => run(streamSink(await kept())),
})
document.documentElement.dataset.ready = ''
