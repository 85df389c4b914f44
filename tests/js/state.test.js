import assert from 'node:assert/strict'
import { test } from 'node:test'
import { State } from '../../js/state.js'

test('only what may follow a state can follow it', () => {
  const state = new State()
  assert.throws(() => state.set({ name: 'running' }), /idle to running/)
  assert.throws(() => state.set({ name: 'done' }))
  for (const name of ['ready', 'running', 'done', 'ready', 'running', 'ready']) {
    state.set({ name })
    assert.equal(state.name, name)
  }
})

test('each change is told once', () => {
  const state = new State()
  let told = 0
  state.addEventListener('change', () => told++)
  state.set({ mode: 'single', bytes: 7 })
  state.set({})
  assert.equal(told, 2)
  assert.equal(state.mode, 'single')
  assert.equal(state.bytes, 7)
})
