/**
 * Boot Python. A memory snapshot with everything imported makes that a matter of
 * copying; where it cannot be restored, the wheels boot the same engine.
 */

import { release } from '../js/shared/release.js'
import createPyodideModule from '../vendor/pyodide/pyodide.asm.js'
import { loadPyodide } from '../vendor/pyodide/pyodide.js'

/** @import { Entry, Packed, Packing, SelfTest } from '../js/shared/protocol.js' */

/**
 * See `cordon.drivers.browser` for what these do.
 *
 * @typedef {(start: number, stop: number) => Uint8Array<ArrayBuffer>} Read
 *
 * @typedef {object} Opened
 * @property {number} size  of the file
 * @property {Read} read  gives bytes of the file
 * @property {Packed | undefined} packed
 * @property {Read | undefined} other  gives bytes of what had to be unpacked
 * @property {boolean} sliced  whether the source's bytes are slices of the file
 *
 * @typedef {((
 *   opened: Opened,
 *   write: (data: Uint8Array<ArrayBuffer>) => unknown,
 *   packing?: Packing,
 *   digest?: boolean,
 *   identify?: boolean,
 * ) => any) & { destroy(): void }} Deidentify
 *
 * @typedef {((what: 'survey' | 'glance', opened: Opened) => any) &
 *   { destroy(): void }} Look
 *
 * Gives the reply as JSON.
 *
 * @typedef {((opened: Opened) => string) & { destroy(): void }} Inspect
 *
 * @typedef {object} Report
 * @property {(lines: string) => string} add
 * @property {() => string} close
 * @property {() => void} destroy
 *
 * @typedef {object} Driver
 * @property {(settings: string, reviewed: string) =>
 *   import('../js/shared/protocol.js').Refusal | undefined} refusal
 * @property {(settings: string, key: Uint8Array, reviewed: string) => Deidentify} engine
 * @property {(settings: string, key: Uint8Array) => Look} viewer
 * @property {(settings: string, key: Uint8Array, reviewed: string) => Inspect} inspector
 * @property {() => string} attributes
 * @property {() => [path: string, data: Uint8Array<ArrayBuffer>][]} sample
 * @property {(
 *   size: number,
 *   read: Read,
 *   write: ((data: Uint8Array<ArrayBuffer>) => void) | undefined,
 *   level: number,
 *   last: boolean,
 * ) => any} pack_part
 * @property {(entries: Entry[]) => Uint8Array<ArrayBuffer>} directory
 * @property {(format: string, settings: string, browser: string) => Report} report
 * @property {(passphrase: string) => Uint8Array} derive
 * @property {(packed: Packed) => boolean} acceptable
 * @property {(settings: string, key: Uint8Array) => SelfTest} self_test
 * @property {(settings: string) => Record<string, unknown>} certificate_head
 * @property {(opened: Opened) => any} digest
 */

const ROOT = new URL('../', import.meta.url)
const DRIVER = 'cordon.drivers.browser'

const options = {
  indexURL: new URL('vendor/pyodide/', ROOT).href,
  // what Python prints may quote a value, and a console is no place for it
  stdout: () => {},
  stderr: () => {},
}

/**
 * @returns {Promise<{ driver: Driver, from: 'snapshot' | 'wheels' }>}
 */
export async function boot() {
  try {
    return { driver: await restore(), from: 'snapshot' }
  } catch {
    return { driver: await install(), from: 'wheels' }
  }
}

async function restore() {
  const response = await get('engine.snapshot')
  const packed = /** @type {ReadableStream<BufferSource>} */ (response.body)
  const memory = packed.pipeThrough(new DecompressionStream('gzip'))
  const snapshot = await new Response(memory).arrayBuffer()
  const pyodide = await loadPyodide({
    ...options,
    _loadSnapshot: snapshot,
    createPyodideModule: async (settings) => {
      const module = await createPyodideModule(settings)
      grow(module, snapshot.byteLength)
      return module
    },
  })
  // Pyodide has copied it, but would hold it
  release(new Uint8Array(snapshot))
  return pyodide.pyimport(DRIVER)
}

/**
 * Grow the memory that a snapshot is copied over, as a whole.
 *
 * @param {any} module
 * @param {number} bytes
 */
function grow(module, bytes) {
  const taken = []
  while (module.HEAP8.length < bytes) {
    taken.push(module._malloc(1 << 20))
  }
  for (const pointer of taken) {
    module._free(pointer)
  }
}

async function install() {
  const pyodide = await loadPyodide({ ...options, createPyodideModule })
  const { installer, wheels } = await (await get('wheels/wheels.json')).json()
  const micropip = await (await get(`wheels/${installer}`)).arrayBuffer()
  pyodide.unpackArchive(micropip, 'wheel')
  const urls = wheels.map((/** @type {string} */ name) => locate(`wheels/${name}`))
  await pyodide.pyimport('micropip').install.callKwargs(urls, { deps: false })
  return pyodide.pyimport(DRIVER)
}

/** @param {string} path */
async function get(path) {
  const response = await fetch(locate(path))
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`)
  }
  return response
}

/** @param {string} path */
function locate(path) {
  return new URL(path, ROOT).href
}
