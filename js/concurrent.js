/**
 * Do a job for each item, a limited number at a time.
 *
 * Items are pulled only when a job may begin, and a job counts until its result is
 * taken: whoever is slow slows everything before it, and nothing piles up.
 */

/**
 * @template T, R
 * @param {AsyncIterable<T> | Iterable<T>} items
 * @param {number} limit
 * @param {(item: T) => Promise<R>} job
 * @returns {AsyncGenerator<R>}  results, as they are finished
 */
export async function* concurrently(items, limit, job) {
  const iterator =
    Symbol.asyncIterator in items
      ? items[Symbol.asyncIterator]()
      : items[Symbol.iterator]()
  /** @type {Map<object, Promise<[object, R]>>} */
  const running = new Map()
  let more = true
  try {
    while (more || running.size) {
      while (more && running.size < limit) {
        const { value, done } = await iterator.next()
        if (done) {
          more = false
        } else {
          const key = {}
          running.set(
            key,
            job(value).then((result) => [key, result]),
          )
        }
      }
      if (running.size) {
        const [key, result] = await Promise.race(running.values())
        running.delete(key)
        yield result
      }
    }
  } finally {
    await iterator.return?.()
  }
}

/**
 * Do a job for each item, a limited number ahead of what is taken.
 *
 * @template T, R
 * @param {Iterable<T>} items
 * @param {number} ahead
 * @param {(item: T) => Promise<R>} job  never rejects
 * @returns {AsyncGenerator<R>}  results, in the order of the items
 */
export async function* inOrder(items, ahead, job) {
  /** @type {Promise<R>[]} */
  const running = []
  for (const item of items) {
    running.push(job(item))
    if (running.length > ahead) {
      yield await /** @type {Promise<R>} */ (running.shift())
    }
  }
  for (const result of running) {
    yield await result
  }
}

/** Let the page do something else. A timer would take a second in the background. */
export function others() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve(undefined)
    }
    port2.postMessage(null)
  })
}
