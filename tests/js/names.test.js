import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Names } from '../../js/sink/names.js'

const SUM = async () => ({ size: 5, crc32: 36 })

test('an instance is placed once, and another of its name beside it', async () => {
  const names = new Names(SUM)
  assert.equal(await names.settle('P/S/I1', SUM), 'P/S/I1')
  assert.equal(await names.settle('P/S/I1', SUM), null)
  const other = await names.settle('P/S/I1', async () => ({ size: 5, crc32: 37 }))
  assert.equal(other, 'P/S/I0000011')
})

test('one that could not be placed takes no other of its name along', async () => {
  const names = new Names(() => Promise.reject(new Error('not placed')))
  await names.settle('P/S/I1', SUM)
  assert.equal(await names.settle('P/S/I1', SUM), 'P/S/I0000010')
})

test('a name that was given up is free again', async () => {
  const names = new Names(SUM)
  await names.settle('P/S/I1', SUM)
  names.giveUp('P/S/I1')
  assert.equal(await names.settle('P/S/I1', SUM), 'P/S/I1')
})
