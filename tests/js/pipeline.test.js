import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deidentify, Interrupted } from '../../js/pipeline.js'

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
  const { cancel = new AbortController(), finish = new AbortController() } = options
  const signal = AbortSignal.any([cancel.signal, finish.signal])
  const run = { terms: {}, directory: true, signal, report, ...options }
  await deidentify({ ...run, cancel: cancel.signal })
  return reported
}

/** What an earlier page has finished, by the marks of sources, which are their numbers. */
function memoryOf(found, rest = []) {
  return {
    mark: async ({ number }) => `${number}`,
    find: async (mark) => found[mark],
    async *rest() {
      yield* rest
    },
  }
}

const EARLIER = { name: 'BEFORE', entry: 'E', row: ROW, size: 17 }

test('what an earlier page has finished is in the directory and not done again', async () => {
  const memory = memoryOf({ 1: EARLIER })
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
  const cancel = new AbortController()
  const memory = {
    ...memoryOf({ mark: EARLIER }),
    mark: async ({ number }) => {
      if (number === 2) {
        cancel.abort()
      }
      return 'mark'
    },
  }
  const sink = sinkOf()
  const sources = [source(1), source(2), source(3)]
  await assert.rejects(ran({ pool: poolOf(), sink, memory, sources, cancel }), {
    name: 'AbortError',
  })
  assert.deepEqual(sink.asked, ['abort'])
})

test('what is finished is kept if that is wanted, and nothing more is asked for', async () => {
  const finish = new AbortController()
  const begun = []
  const pool = poolOf({ before: ({ number }) => begun.push(number) })
  const sink = sinkOf(async (_file, { name }) => {
    if (name === 'N2') {
      finish.abort()
    }
    return name
  })
  const sources = [1, 2, 3, 4].map(source)
  const reported = await ran({ pool, sink, sources, finish })
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

test('what was finished and is not found again is in the directory all the same', async () => {
  const other = { ...EARLIER, name: 'OTHER' }
  const recalled = []
  const recall = ({ name }) => recalled.push(name)
  for (const [sources, names] of [
    [
      [source(1), source(2)],
      ['BEFORE', 'N2', 'OTHER'],
    ],
    [[], ['OTHER']],
  ]) {
    const pool = poolOf()
    const sink = sinkOf()
    const memory = memoryOf({ 1: EARLIER }, [other])
    await ran({ pool, sink, memory, sources, recall })
    assert.deepEqual(
      pool.entries.map(([name]) => name),
      names,
    )
    assert.deepEqual(sink.asked, ['close with a directory'])
  }
  assert.deepEqual(recalled, ['OTHER', 'OTHER'])
})

test('a run that is stopped while its directory is made gets it from other engines', async () => {
  const finish = new AbortController()
  const pool = poolOf()
  const { directory } = pool
  pool.directory = async (entries) => {
    if (!finish.signal.aborted) {
      finish.abort()
      throw new Error('no directory')
    }
    return directory(entries)
  }
  const sink = sinkOf()
  await ran({ pool, sink, sources: [source(1)], finish })
  assert.deepEqual(sink.asked, ['close with a directory'])
  assert.deepEqual(pool.entries, [['N1', 'E']])
})

test('a result whose directory cannot be made goes without it, which is told', async () => {
  const pool = poolOf()
  pool.directory = async () => {
    throw new Error('no directory')
  }
  const sink = sinkOf()
  let lacks = 0
  await ran({ pool, sink, sources: [source(1)], lack: () => lacks++ })
  assert.deepEqual(sink.asked, ['close'])
  assert.equal(lacks, 1)
})

for (const stopped of [false, true]) {
  test(`a run is cancelled while it is closed, ${stopped ? 'stopped' : 'or not'} before`, async () => {
    const [cancel, finish] = [new AbortController(), new AbortController()]
    const sink = sinkOf(async (_file, { name }) => {
      if (stopped) {
        finish.abort()
      }
      return name
    })
    sink.close = () => {
      queueMicrotask(() => cancel.abort())
      return new Promise(() => {})
    }
    const run = ran({ pool: poolOf(), sink, sources: [source(1)], cancel, finish })
    await assert.rejects(run, { name: 'AbortError' })
    assert.deepEqual(sink.asked, ['abort'])
  })
}

test('what can be continued is left when a writer fails, but not when it is cancelled', async () => {
  const full = new DOMException('', 'QuotaExceededError')
  for (const can of [true, false]) {
    const sink = sinkOf(async () => {
      throw full
    })
    sink.leave = async () => can
    const run = ran({ pool: poolOf(), sink, sources: [source(1)] })
    await assert.rejects(run, (error) =>
      can ? error instanceof Interrupted && error.cause === full : error === full,
    )
    assert.deepEqual(sink.asked, can ? [] : ['abort'])
  }
  const cancel = new AbortController()
  const sink = sinkOf(async () => cancel.abort())
  sink.leave = async () => true
  await assert.rejects(ran({ pool: poolOf(), sink, sources: [source(1)], cancel }))
  assert.deepEqual(sink.asked, ['abort'])
})
