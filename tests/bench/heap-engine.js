/** The engine, and a way to ask for the size of its memory. */

const memories = []
for (const name of ['instantiate', 'instantiateStreaming']) {
  const original = WebAssembly[name]
  WebAssembly[name] = async (...parts) => {
    const result = await original(...parts)
    const { exports } = result.instance ?? result
    memories.push(
      ...Object.values(exports).filter((one) => one instanceof WebAssembly.Memory),
    )
    return result
  }
}
self.heap = () => Math.max(...memories.map((memory) => memory.buffer.byteLength))

const waiting = []
self.onmessage = (event) => waiting.push(event)
await import('./workers/engine.js')
for (const event of waiting) {
  self.onmessage(event)
}
