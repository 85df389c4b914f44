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

function sessionOf(pool) {
  const state = new State()
  const choices = new Choices(new URLSearchParams())
  const agreement = new Agreement(state, pool, choices)
  return {
    state,
    agreement,
    session: new Session(state, pool, choices, CAN, agreement),
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

function gateOf() {
  let resolve
  const promise = new Promise((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
