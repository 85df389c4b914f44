/** Rows of a tree as a list: what is seen when it is opened, searched and thinned out. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Tree } from '../../js/ui/tree.js'

const element = (depth, tag, kind, more = {}) => ({
  depth,
  tag,
  kind,
  code: 'K',
  ...more,
})
const ROWS = [
  element(0, '0010,0010', 'replaced', { name: 'Name', old: 'Doe^Jane', new: 'P-1' }),
  element(0, '0018,0050', 'kept', { name: 'Thickness', old: '1.5', new: '1.5' }),
  element(0, '0040,0275', 'removed', { name: 'Request' }),
  { depth: 1, item: 1, kind: 'removed' },
  element(2, '0040,0007', 'removed', { name: 'Description', old: 'Chest' }),
  element(0, '0054,0016', 'kept', { name: 'Radio' }),
  { depth: 1, item: 1, kind: 'kept' },
  element(2, '0018,1078', 'cleaned', { name: 'Start', old: '2024', new: '2023' }),
  element(2, '0018,1074', 'kept', { name: 'Dose', old: '7', new: '7' }),
]

test('what goes as a whole is closed at first, all else is open', () => {
  assert.deepEqual(new Tree(ROWS).visible('', false), [0, 1, 2, 5, 6, 7, 8])
})

test('changes are seen with what they are in', () => {
  assert.deepEqual(new Tree(ROWS).visible('', true), [0, 2, 5, 6, 7])
})

test('opening and closing show and hide all below', () => {
  const tree = new Tree(ROWS)
  tree.toggle(2)
  tree.toggle(5)
  assert.deepEqual(tree.visible('', false), [0, 1, 2, 3, 4, 5])
})

test('words are looked for in tag, name and both values, in what is closed too', () => {
  const tree = new Tree(ROWS)
  assert.deepEqual(tree.visible('jane', false), [0])
  assert.deepEqual(tree.visible('p-1 NAME', false), [0])
  assert.deepEqual(tree.visible('chest', false), [2, 3, 4])
  for (const tag of ['0040,0007', '00400007', '(0040,0007)']) {
    assert.deepEqual(tree.visible(tag, false), [2, 3, 4])
  }
  assert.deepEqual(tree.visible('dose', true), [])
})

test('of very many rows sequences are closed at first', () => {
  const many = Array.from({ length: 3000 }, () => ROWS.slice(5)).flat()
  assert.equal(new Tree(many).visible('', false).length, 3000)
})
