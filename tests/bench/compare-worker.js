/** Time Python code in a worker, with both wheels installed. */

import createPyodideModule from './vendor/pyodide/pyodide.asm.js'
import { loadPyodide } from './vendor/pyodide/pyodide.js'

self.onmessage = async ({ data: { wheels, code, instance } }) => {
  const indexURL = new URL('vendor/pyodide/', self.location.href).href
  const pyodide = await loadPyodide({ indexURL, createPyodideModule })
  for (const wheel of wheels) {
    const response = await fetch(`wheels/${wheel}`)
    pyodide.unpackArchive(await response.arrayBuffer(), 'wheel')
  }
  pyodide.globals.set('instance', pyodide.toPy(Uint8Array.from(instance)))
  self.postMessage(pyodide.runPython(code).toJs())
}
