/**
 * Run a Python script in Pyodide, with the wheels of the site and a folder.
 *
 *     node tests/parity/pyodide.mjs SCRIPT FOLDER [ARGUMENT...]
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [script, folder, ...rest] = process.argv.slice(2)
const dist = resolve('dist')
const base = join(dist, 'vendor/pyodide/')
const part = (/** @type {string} */ name) =>
  import(pathToFileURL(join(base, name)).href)
const { loadPyodide } = await part('pyodide.js')
const pyodide = await loadPyodide({
  indexURL: base,
  packageBaseUrl: base,
  createPyodideModule: (await part('pyodide.asm.js')).default,
})
for (const name of readdirSync(join(dist, 'wheels'))) {
  if (name.endsWith('.whl') && !name.startsWith('micropip-')) {
    const { buffer } = new Uint8Array(readFileSync(join(dist, 'wheels', name)))
    pyodide.unpackArchive(buffer, 'wheel')
  }
}
pyodide.FS.mkdir('/folder')
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: resolve(folder) }, '/folder')
pyodide.globals.set('arguments', pyodide.toPy(['/folder', ...rest]))
pyodide.runPython(readFileSync(script, 'utf8'))
