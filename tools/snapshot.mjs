/**
 * Make the memory snapshot that engines restore: Python with everything imported.
 *
 *     node tools/snapshot.mjs dist
 *
 * Modules are compiled in one interpreter and imported in another, whose memory then
 * holds no trace of the work. Clock and chance stand still meanwhile: the same wheels
 * give the same bytes, on any day and in any folder.
 */

import crypto from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

const PACKAGES = '/packages'

const COMPILE = `
import compileall, py_compile
compileall.compile_dir(
    "${PACKAGES}", quiet=1, optimize=0,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
`

// a snapshot has no files, so a trial without them shows that nothing is missing
const IMPORT = `
import gc, shutil, sys
sys.path.insert(0, "${PACKAGES}")
import pydicom
from cordon.core.splice import run, splice
from cordon.drivers import browser
from cordon.rules.compile import compile_profile
from cordon.settings import Settings
browser.prepare()
sys.path.remove("${PACKAGES}")
sys.path_importer_cache.clear()
shutil.rmtree("${PACKAGES}")
trial = bytes.fromhex("0800160055490400312e3200" "0800200044410800") + b"20260101"
profile = compile_profile(Settings(clean_descriptors=True), bytes(32))
outcome = run(splice(len(trial), profile), lambda span: trial)
assert outcome.row.counts == {"Z": 1, "X": 0}
del outcome, profile, trial, run, splice, Settings, compile_profile, shutil
gc.collect()
`

const dist = resolve(process.argv[2])
// Python is told how it was called
process.argv.length = 1
standStill()
const base = join(dist, 'vendor/pyodide/')
const part = (/** @type {string} */ name) =>
  import(pathToFileURL(join(base, name)).href)
const { loadPyodide } = await part('pyodide.js')
const options = {
  indexURL: base,
  packageBaseUrl: base,
  createPyodideModule: (await part('pyodide.asm.js')).default,
  env: { PYTHONHASHSEED: '0', HOME: '/home/pyodide' },
}

const compiler = await loadPyodide(options)
for (const name of readdirSync(join(dist, 'wheels'))) {
  if (name.endsWith('.whl') && !name.startsWith('micropip-')) {
    const { buffer } = new Uint8Array(readFileSync(join(dist, 'wheels', name)))
    compiler.unpackArchive(buffer, 'wheel', { extractDir: PACKAGES })
  }
}
compiler.runPython(COMPILE)

const pyodide = await loadPyodide({ ...options, _makeSnapshot: true })
copy(compiler.FS, pyodide.FS, PACKAGES)
pyodide.runPython(IMPORT)
const packed = gzipSync(pyodide.makeMemorySnapshot(), { level: 9 })
writeFileSync(join(dist, 'engine.snapshot'), packed)

/** Stop every clock, and draw the same numbers each time. */
function standStill() {
  const moment = Date.UTC(2026, 0, 1)
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    /** @param {any[]} parts */
    constructor(...parts) {
      super(...(parts.length ? parts : [moment]))
    }

    static now() {
      return moment
    }
  }
  performance.now = () => 0
  let drawn = 0
  const draw = () => {
    drawn = (drawn * 1103515245 + 12345) % 2147483648
    return drawn
  }
  Math.random = () => draw() / 2147483648
  crypto.randomFillSync = (/** @type {any} */ array) => array.fill(draw() >> 8)
}

/**
 * Copy a folder from one interpreter's files to another's.
 *
 * @param {any} from
 * @param {any} to
 * @param {string} path
 */
function copy(from, to, path) {
  to.mkdir(path)
  for (const name of from.readdir(path).sort()) {
    const inner = `${path}/${name}`
    if (name === '.' || name === '..') {
      continue
    }
    if (from.isDir(from.stat(inner).mode)) {
      copy(from, to, inner)
    } else {
      to.writeFile(inner, from.readFile(inner))
    }
  }
}
