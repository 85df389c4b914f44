import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as others } from 'node:timers/promises'
import { Agreement } from '../../js/agreement.js'
import { Session } from '../../js/session.js'
import { Choices } from '../../js/settings/choices.js'
import { State } from '../../js/state.js'

const CAN = { zip: false, folder: false, storage: false, download: true }

/** A pool whose engines never come: only a restart answers. */
function idlePool() {
  const waiting = []
  const ask = () => new Promise((resolve) => waiting.push(resolve))
  return {
    state: { failed: false },
    check: ask,
    derive: ask,
    async *pack() {},
    // biome-ignore lint/correctness/useYield: nothing comes of it
    async *deidentify(sources) {
      for await (const _ of sources) {
        await ask()
      }
    },
    restart: () => {
      for (const answer of waiting.splice(0)) {
        answer({ type: 'failed', error: 'NoEngine', where: 'pool' })
      }
    },
  }
}

function sessionOf(pool, can = CAN) {
  const state = new State()
  const choices = new Choices(new URLSearchParams())
  const agreement = new Agreement(state, pool, choices)
  return {
    state,
    agreement,
    session: new Session(state, pool, choices, can, agreement),
  }
}

const file = (name) => ({ path: name, file: new File(['x'], name) })

for (const kind of ['random', 'passphrase']) {
  test(`a run that waits for engines is cancelled at once: ${kind} IDs`, async () => {
    const { state, session, agreement } = sessionOf(idlePool())
    agreement.keyChoice = () => ({ kind, passphrase: 'a passphrase' })
    await session.take([file('a'), file('b')])
    const run = session.process()
    await others()
    assert.equal(state.name, 'running')
    session.cancel()
    await run
    assert.equal(state.name, 'ready')
    assert.ok(state.cancelled)
  })
}

test('what is stopped before anything is finished keeps nothing', async () => {
  const { state, session } = sessionOf(idlePool())
  await session.take([file('a'), file('b')])
  const run = session.process()
  await others()
  session.finish()
  await run
  assert.equal(state.name, 'ready')
  assert.equal(state.result, null)
})

test('a run is begun once, with files, and not while they are listed', async () => {
  const { state, session } = sessionOf(idlePool())
  await session.process()
  await session.processFor(null)
  assert.equal(state.name, 'idle')
  const listing = session.take([file('a'), file('b')])
  await session.processFor(null)
  assert.ok(state.listing)
  await listing
  const run = session.process()
  await others()
  await session.processFor(null)
  session.cancel()
  await run
  assert.equal(state.name, 'ready')
})

test('files that come during a run change nothing of it', async () => {
  const { state, session } = sessionOf(idlePool())
  await session.take([file('a'), file('b')])
  const run = session.process()
  await others()
  await session.take([file('c')])
  assert.equal(state.name, 'running')
  assert.equal(state.sources.length, 2)
  session.cancel()
  await run
})

test('files given while others are listed take their place', async () => {
  const { state, session } = sessionOf(idlePool())
  const gate = gateOf()
  async function* slow() {
    yield file('a')
    await gate.promise
    yield file('b')
    yield file('c')
  }
  const first = session.take(slow())
  await others()
  await session.take([file('d'), file('e')])
  gate.resolve()
  await first
  assert.deepEqual(
    state.sources.map(({ path }) => path),
    ['d', 'e'],
  )
  assert.equal(state.bytes, 2)
  assert.equal(state.listing, false)
})

/** A pool that finishes the first file, and then what it is told to. */
function quickPool(finishing) {
  const row = { patient: 'P', study_instance_uid: '1', counts: {}, notes: [] }
  const member = { method: 0, size: 1, crc32: 0, data: new Uint8Array(1) }
  return {
    ...idlePool(),
    restarts: 0,
    restart() {
      this.restarts++
      finishing.resolve()
    },
    check: async () => ({ type: 'configured' }),
    async *deidentify(sources) {
      for await (const source of sources) {
        const name = `DICOM/${source.number}`
        yield {
          reply: { type: 'deidentified', name, entry: '', row, member },
          ...{ source, ms: 1 },
        }
      }
    },
    directory: async () => {
      await finishing.promise
      return new Uint8Array(1)
    },
  }
}

async function closing() {
  const finishing = gateOf()
  const pool = quickPool(finishing)
  const { state, session } = sessionOf(pool)
  await session.take([file('a'), file('b')])
  const run = session.process()
  while (!state.closing) {
    await others()
  }
  return { finishing, pool, state, session, run }
}

test('a result that is being closed is not stopped for what is finished', async () => {
  const { finishing, pool, state, session, run } = await closing()
  session.finish()
  assert.equal(pool.restarts, 0)
  assert.equal(state.finishing, false)
  finishing.resolve()
  await run
  assert.equal(state.name, 'done')
  assert.ok(state.result)
})

test('a run is cancelled to the last, also once it is stopped', async () => {
  const { state, session, run } = await closing()
  session.cancel()
  await run
  assert.ok(state.cancelled)
  assert.equal(state.result, null)

  const idle = sessionOf(idlePool())
  await idle.session.take([file('a'), file('b')])
  const other = idle.session.process()
  await others()
  idle.session.finish()
  idle.session.cancel()
  await other
  assert.ok(idle.state.cancelled)
})

test('a place that cannot be opened is told, a question that is dismissed is not', async () => {
  const { state, session } = sessionOf(idlePool(), { ...CAN, zip: true })
  await session.take([file('a'), file('b')])
  for (const [name, unplaced] of [
    ['NoModificationAllowedError', true],
    ['AbortError', false],
    ['NotAllowedError', true],
  ]) {
    globalThis.showSaveFilePicker = async () => ({
      createWritable: async () => {
        throw new DOMException('', name)
      },
    })
    await session.process()
    assert.equal(state.name, 'ready')
    assert.equal(state.unplaced, unplaced)
  }
})

function gateOf() {
  let resolve
  const promise = new Promise((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

test('what a cancelled retry did not come to can be tried again, under the same IDs', async () => {
  const asked = []
  const idle = idlePool()
  const pool = {
    ...idle,
    check: async (terms) => {
      asked.push(terms.key)
      return { type: 'configured' }
    },
    async *deidentify(sources) {
      for await (const source of sources) {
        yield { source, reply: { type: 'failed', error: 'X', where: '' }, ms: 0 }
      }
    },
  }
  const { state, session } = sessionOf(pool)
  await session.take([file('a'), file('b')])
  await session.process()
  assert.equal(state.tally.lost, 2)
  pool.deidentify = idle.deidentify
  for (const _ of 'again') {
    const retry = session.retry()
    await others()
    assert.equal(state.queued.length, 2)
    session.cancel()
    await retry
  }
  assert.equal(state.tally.lost, 2)
  assert.equal(new Set(asked.map(String)).size, 1)
})
