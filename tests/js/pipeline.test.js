import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deidentify, KEEP } from '../../js/pipeline.js'

const ROW = { notes: [], counts: {} }

function source(number) {
  return { number, path: `${number}`, file: new Blob(['x']) }
}

/** A pool that gives each source a result, and tells before which one is asked for. */
function poolOf({ before = () => {} } = {}) {
  const entries = []
  return {
    entries,
    async *deidentify(sources) {
      for await (const one of sources) {
        before(one)
        const { number } = one
        const reply = { type: 'deidentified', name: `N${number}`, entry: 'E', row: ROW }
        yield { source: one, reply, ms: 1 }
      }
    },
    directory: async (given) => {
      entries.push(...given)
      return new Uint8Array(1)
    },
  }
}

/** A sink that notes what is asked of it. */
function sinkOf(add = async (_file, { name }) => name) {
  const asked = []
  return {
    asked,
    form: 'segments',
    add,
    close: async (directory) => {
      asked.push(directory ? 'close with a directory' : 'close')
      return null
    },
    abort: async () => {
      asked.push('abort')
    },
  }
}

/** Run; gives what was reported, by number of the source. */
async function ran(options) {
  const reported = []
  const report = ({ source: { number }, reply }, name) =>
    reported.push([number, name, reply.size])
  const signal = options.abort?.signal ?? new AbortController().signal
  await deidentify({ terms: {}, directory: true, signal, report, ...options })
  return reported
}

const EARLIER = { name: 'BEFORE', entry: 'E', row: ROW, size: 17 }

test('what an earlier page has finished is in the directory and not done again', async () => {
  const memory = {
    mark: async ({ number }) => `${number}`,
    find: async (mark) => (mark === '1' ? EARLIER : undefined),
  }
  const pool = poolOf()
  const sink = sinkOf()
  const sources = [source(1), source(2)]
  const reported = await ran({ pool, sink, memory, sources })
  assert.deepEqual(reported, [
    [1, 'BEFORE', 17],
    [2, 'N2', undefined],
  ])
  assert.deepEqual(pool.entries, [
    ['BEFORE', 'E'],
    ['N2', 'E'],
  ])
  assert.deepEqual(sink.asked, ['close with a directory'])
})

test('a continued run that is cancelled before anything new came has no result', async () => {
  const abort = new AbortController()
  const memory = {
    mark: async ({ number }) => {
      if (number === 2) {
        abort.abort()
      }
      return 'mark'
    },
    find: async () => EARLIER,
  }
  const sink = sinkOf()
  const sources = [source(1), source(2), source(3)]
  await assert.rejects(ran({ pool: poolOf(), sink, memory, sources, abort }), {
    name: 'AbortError',
  })
  assert.deepEqual(sink.asked, ['abort'])
})

test('what is finished is kept if that is wanted, and nothing more is asked for', async () => {
  const abort = new AbortController()
  const begun = []
  const pool = poolOf({ before: ({ number }) => begun.push(number) })
  const sink = sinkOf(async (_file, { name }) => {
    if (name === 'N2') {
      abort.abort(KEEP)
    }
    return name
  })
  const sources = [1, 2, 3, 4].map(source)
  const reported = await ran({ pool, sink, sources, abort })
  assert.deepEqual(
    reported.map(([number]) => number),
    [1, 2],
  )
  assert.deepEqual(sink.asked, ['close with a directory'])
  assert.deepEqual(begun, [1, 2])
})

test('without a directory nothing is held for one', async () => {
  const pool = poolOf()
  const sink = sinkOf()
  await ran({ pool, sink, sources: [source(1)], directory: false })
  assert.deepEqual(pool.entries, [])
  assert.deepEqual(sink.asked, ['close'])
})

test('a writer that fails ends the run, and what it wrote is taken away', async () => {
  const sink = sinkOf(async () => {
    throw new DOMException('', 'QuotaExceededError')
  })
  await assert.rejects(ran({ pool: poolOf(), sink, sources: [source(1), source(2)] }), {
    name: 'QuotaExceededError',
  })
  assert.deepEqual(sink.asked, ['abort'])
})

test('if nothing was written there is no result', async () => {
  const sink = sinkOf(async () => null)
  const nothing = await ran({ pool: poolOf(), sink, sources: [source(1)] })
  assert.deepEqual(nothing, [[1, null, undefined]])
  assert.deepEqual(sink.asked, ['abort'])
})
