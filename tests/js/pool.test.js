import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import { Pool } from '../../js/pool.js'

/** What an engine answers, if it does: a reply, or `death`. */
let answer
let asked

class FakeWorker {
  /** All there have been. */
  static all = []
  constructor() {
    FakeWorker.all.push(this)
  }
  postMessage(request) {
    asked.push(request.type)
    const reply = answer(request)
    queueMicrotask(() => {
      if (reply === 'death') {
        this.onerror({ preventDefault: () => {} })
      } else if (reply) {
        this.onmessage({ data: reply })
      }
    })
  }
  terminate() {}
}

Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
globalThis.Worker = FakeWorker

const BOOTED = { type: 'booted', from: 'wheels' }

beforeEach(() => {
  asked = []
  FakeWorker.all = []
})

const ready = (request, reply) => (request.type === 'boot' ? BOOTED : reply)

test('what an engine dies of is asked another one', async () => {
  const fates = ['death', 'death', { type: 'digested', sha256: 'x' }]
  answer = (request) => ready(request, request.type === 'boot' || fates.shift())
  const pool = new Pool(new URL('file:///engine'), 1)
  const replies = []
  for await (const { reply } of pool.digests([{ number: 1, path: '', file: {} }])) {
    replies.push(reply.type)
  }
  assert.deepEqual(replies, ['digested'])
  assert.equal(pool.state.ready, 1)
})

test('a restart answers who waits for engines that never come', async () => {
  answer = () => undefined
  const pool = new Pool(new URL('file:///engine'), 2)
  const waiting = pool.check({ settings: '{}', key: new Uint8Array(), reviewed: '' })
  pool.restart()
  assert.equal((await waiting).type, 'failed')
  assert.equal(pool.engines.length, 2)
})

/** Let everything happen that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('an engine that ends its work in peace after a restart goes on', async () => {
  answer = (request) => ready(request)
  const pool = new Pool(new URL('file:///engine'), 1)
  await settled()
  const dropped = pool.derive('x')
  await settled()
  pool.restart()
  assert.equal((await dropped).type, 'failed')
  const next = pool.derive('y')
  await settled()
  assert.deepEqual(asked, ['boot', 'derive'])
  const [worker] = FakeWorker.all
  answer = () => ({ type: 'derived', key: 'of y' })
  worker.onmessage({ data: { type: 'derived', key: 'of x' } })
  assert.equal((await next).key, 'of y')
  assert.equal(FakeWorker.all.length, 1)
})

test('an engine that does not is replaced, and then does what is next', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  answer = (request) => ready(request)
  const pool = new Pool(new URL('file:///engine'), 1)
  await settled()
  pool.derive('x')
  await settled()
  pool.restart()
  const next = pool.derive('y')
  await settled()
  answer = (request) => ready(request, { type: 'derived', key: 'of y' })
  mock.timers.tick(5000)
  mock.timers.reset()
  assert.equal((await next).key, 'of y')
  assert.equal(FakeWorker.all.length, 2)
})

test('who asks when no engine boots is told so', async () => {
  answer = () => 'death'
  const pool = new Pool(new URL('file:///engine'), 2)
  assert.deepEqual(await pool.derive('x'), {
    ...{ type: 'failed', error: 'NoEngine', where: 'pool' },
  })
  assert.ok(pool.state.failed)
})

test('an engine that wrote no report is free for others', async () => {
  answer = (request) => ready(request, { type: 'refused', setting: '', reason: '' })
  const pool = new Pool(new URL('file:///engine'), 1)
  await assert.rejects(pool.report([{ type: 'report', lines: '[]', last: true }]))
  assert.equal((await pool.derive('x')).type, 'refused')
})

test('what cannot be opened is no engine’s work', async () => {
  answer = (request) => ready(request, 'death')
  const pool = new Pool(new URL('file:///engine'), 1)
  const source = { number: 1, path: '', file: null, code: 'archive-malformed' }
  const reply = await pool.inspect(source, null)
  assert.deepEqual(reply, { type: 'unreadable', code: 'archive-malformed', offset: 0 })
  assert.deepEqual(asked, ['boot'])
})
