import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Journal } from '../../js/sink/journal.js'
import { Store } from '../../js/sink/store.js'

const HEAD = { salt: 'c2FsdA==', check: '', options: {} }

test('members of one name in an archive are told apart, and mean nothing elsewhere', async () => {
  const journal = new Journal('id', null, HEAD, [])
  const other = new Journal('id', null, { ...HEAD, salt: 'b3RoZXI=' }, [])
  const file = new File(['x'], 'a.zip', { lastModified: 1 })
  const member = (offset) => ({ path: 'a.zip/I1', file, packed: { offset } })
  const mark = await journal.mark(member(0))
  assert.equal(await journal.mark(member(0)), mark)
  assert.notEqual(await journal.mark(member(90)), mark)
  assert.notEqual(await other.mark(member(0)), mark)
  assert.ok(!atob(mark).includes('I1'))
})

test('what is finished is found by its mark while it is still there', async () => {
  const one = { mark: 'm', name: 'N', entry: '', row: {}, size: 1 }
  const journal = new Journal('id', null, HEAD, [one])
  assert.equal(await journal.memory().find('m'), one)
  assert.equal(await journal.memory(async () => false).find('m'), undefined)
  const memory = journal.memory()
  await memory.find('m')
  assert.equal(await memory.find('m'), undefined, 'once')
  journal.forget('m')
  assert.equal(await journal.memory().find('m'), undefined)
})

test('what is finished, still there and was not found is told at the end', async () => {
  const finished = ['a', 'b', 'c'].map((mark) => ({ mark, name: mark, size: 1 }))
  const journal = new Journal('id', null, HEAD, finished)
  const memory = journal.memory(async ({ name }) => name !== 'b')
  await memory.find('a')
  const rest = []
  for await (const { name } of memory.rest()) {
    rest.push(name)
  }
  assert.deepEqual(rest, ['c'])
})

/** A worker that answers, until it dies. */
class FakeWorker {
  static dying = false
  terminated = false
  postMessage({ type }) {
    queueMicrotask(() => {
      if (FakeWorker.dying) {
        this.onerror({ preventDefault: () => {} })
      } else {
        this.onmessage({ data: { type: 'done', asked: type } })
      }
    })
  }
  terminate() {
    this.terminated = true
  }
}
globalThis.Worker = FakeWorker

test('a store is closed once, however often that is asked for', async () => {
  FakeWorker.dying = false
  const store = await Store.open('id', true)
  await Promise.all([store.close(), store.close()])
  await store.close()
  await assert.rejects(store.write(0, null, 'x'), { name: 'InvalidStateError' })
})

test('a store whose worker dies says so, and can be closed', async () => {
  FakeWorker.dying = false
  const store = await Store.open('id', true)
  FakeWorker.dying = true
  await assert.rejects(store.write(0, null, 'x'), { name: 'AbortError' })
  await store.close()
  await assert.rejects(Store.open('id', true), { name: 'AbortError' })
})
