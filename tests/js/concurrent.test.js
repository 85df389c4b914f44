import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concurrently } from '../../js/concurrent.js'

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

async function all(results) {
  const taken = []
  for await (const result of results) {
    taken.push(result)
  }
  return taken
}

test('every item has its result', async () => {
  const items = Array.from({ length: 100 }, (_, index) => index)
  const job = async (item) => {
    await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5))
    return item * 2
  }
  const results = await all(concurrently(items, 4, job))
  assert.deepEqual(
    results.sort((one, other) => one - other),
    items.map((item) => item * 2),
  )
})

test('results come as they are finished', async () => {
  const job = async (pause) => {
    await new Promise((resolve) => setTimeout(resolve, pause))
    return pause
  }
  assert.deepEqual(await all(concurrently([60, 1, 30], 3, job)), [1, 30, 60])
})

test('no more jobs run than the limit, and none before its result is taken', async () => {
  let running = 0
  let most = 0
  let pulled = 0
  function* items() {
    for (; pulled < 20; pulled++) {
      yield pulled
    }
  }
  const results = concurrently(items(), 3, async () => {
    most = Math.max(most, ++running)
    await settled()
    running--
  })
  await results.next()
  await settled()
  await settled()
  assert.equal(pulled, 2, 'three are pulled, one is taken, and no other is pulled')
  await all(results)
  assert.equal(most, 3)
  assert.equal(pulled, 20)
})

test('leaving early gives up the source', async () => {
  let returned = false
  async function* items() {
    try {
      for (;;) {
        yield 1
      }
    } finally {
      returned = true
    }
  }
  for await (const _ of concurrently(items(), 2, settled)) {
    break
  }
  assert.ok(returned)
})
