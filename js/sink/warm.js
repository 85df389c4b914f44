/** What a run would load when it begins, loaded before: then it needs no server. */

import { configure } from '../../vendor/zip.js/zip.js'
import { Batched } from './batched.js'
import { Members, WIDTH } from './members.js'
import { warmStore } from './store.js'
import { memory } from './target.js'

/** @import { ZipSettings } from './members.js' */

/**
 * @param {ZipSettings} zip
 * @param {boolean} stores  whether this browser keeps results or journals
 */
export async function warm(zip, stores) {
  if (stores) {
    warmStore()
  }
  const members = new Members(new Batched(memory()), async function* () {}, zip)
  if (!members.packing.elsewhere) {
    return
  }
  // a worker that ended would be loaded again
  configure({ terminateWorkerTimeout: -1 })
  const nothing = new File([], '')
  const { signal } = new AbortController()
  const job = { signal, progress: () => {}, mark: '' }
  // at once, so that each worker gets one
  await Promise.all(
    Array.from({ length: WIDTH }, (_, number) =>
      members.deflated(`${number}`, nothing, [new Blob(['warm'])], job),
    ),
  )
}
