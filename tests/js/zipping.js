/** What a sink for archives is given, and where it writes. */

import { open } from 'node:fs/promises'
import { crc32, deflateRawSync } from 'node:zlib'

export function fileTarget(path) {
  const opening = open(path, 'w')
  let at = 0
  return {
    write: async (bytes) => {
      await (await opening).write(bytes, 0, bytes.length, at)
      at += bytes.length
    },
    patch: async (place, bytes) => {
      await (await opening).write(bytes, 0, bytes.length, place)
    },
    truncate: async (size) => {
      await (await opening).truncate(size)
      at = size
    },
    close: async () => {
      await (await opening).close()
      return null
    },
    abort: async () => (await opening).close(),
  }
}

export const JOB = {
  signal: new AbortController().signal,
  progress: () => {},
  mark: '',
}

/** An instance as an engine gives it. */
export function instance(name, content, method = 8) {
  const plain = Buffer.from(content)
  const data = method ? deflateRawSync(plain) : plain
  const member = { method, size: plain.length, crc32: crc32(plain), data }
  return { type: 'deidentified', name, member }
}
