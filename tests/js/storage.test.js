import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setImmediate as others } from 'node:timers/promises'
import { discard } from '../../js/sink/journal.js'
import { heldHere, hold, letGo } from '../../js/sink/opfs.js'
import { given, makeRoom, staged, take, tidy } from '../../js/sink/storage.js'
import { Folder } from './folders.js'

const WHOLE = `members PK\x05\x06${'\0'.repeat(18)}`

/** Locks as a browser has them, for pages that are all this one. */
class Locks {
  #held = new Set()

  async request(name, _options, job) {
    if (this.#held.has(name)) {
      return job(null)
    }
    this.#held.add(name)
    try {
      return await job({ name })
    } finally {
      this.#held.delete(name)
    }
  }

  async query() {
    return { held: [...this.#held].map((name) => ({ name })) }
  }
}

/** What the browser keeps. @type {Folder} */
let kept

beforeEach(async () => {
  heldHere().forEach(letGo)
  kept = new Folder()
  const root = new Folder({ 'cordon-results': kept })
  const storage = { getDirectory: async () => root }
  Object.defineProperty(globalThis, 'navigator', {
    value: { storage, locks: new Locks() },
    configurable: true,
  })
  // what earlier tests have held
  await makeRoom()
  await makeRoom()
})

function keep(name, text = '') {
  kept.content.set(name, text)
}

const names = () => Object.keys(kept.tree).sort()

test('a result that nobody was given waits, and is not tidied away', async () => {
  keep('waits.zip', WHOLE)
  keep('given.zip', WHOLE)
  keep('given.given')
  keep('cut.zip', 'members, but no end')
  keep('unfinished.zip', WHOLE)
  keep('unfinished.journal', '{}')
  const found = await staged()
  assert.deepEqual(
    found.filter(({ waiting }) => waiting).map(({ id }) => id),
    ['waits'],
  )
  await tidy()
  assert.deepEqual(names(), ['unfinished.journal', 'unfinished.zip', 'waits.zip'])
})

test('what waits can be had once, and is held then', async () => {
  keep('one.zip', WHOLE)
  const file = await take('one')
  assert.equal(await file.text(), WHOLE)
  assert.equal(await take('one'), null)
  await discard('one')
  const [one] = await staged()
  assert.ok(one.held)
  assert.ok(!one.waiting)
})

test('a run that a page holds is not discarded', async () => {
  keep('one.zip', WHOLE)
  await hold('one')
  await discard('one')
  assert.deepEqual(names(), ['one.zip'])
  letGo('one')
  await others()
  await discard('one')
  assert.deepEqual(names(), [])
})

test('a result stays until the run after the next', async () => {
  for (const [id, left] of [
    ['a', ['a.zip']],
    ['b', ['a.zip', 'b.zip']],
    ['c', ['b.zip', 'c.zip']],
  ]) {
    await makeRoom()
    await hold(id)
    keep(`${id}.zip`, WHOLE)
    assert.deepEqual(names(), left)
  }
})

test('that a result was given is noted beside it, if there is one', async () => {
  keep('a.zip', WHOLE)
  await hold('a')
  await hold('to-a-folder')
  await given()
  assert.deepEqual(names(), ['a.given', 'a.zip'])
})
