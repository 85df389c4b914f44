import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { described, LEVELS, Log } from '../../js/log.js'

/** Let a log of a level say one thing at each; gives what it kept. */
function saidAt(level) {
  const quiet = ['error', 'warn', 'info', 'debug'].map((name) =>
    mock.method(console, name, () => {}),
  )
  const log = new Log()
  log.level = level
  for (const one of LEVELS.slice(1)) {
    log.say(one, 'happened', { file: 7, code: '', path: undefined })
  }
  const told = quiet.reduce((sum, one) => sum + one.mock.callCount(), 0)
  mock.restoreAll()
  return { entries: log.entries, told, naming: log.naming }
}

test('a log keeps and tells what its level includes, and nothing beyond', () => {
  for (const [index, level] of LEVELS.entries()) {
    const { entries, told, naming } = saidAt(level)
    assert.deepEqual(
      entries.map((entry) => entry.trim().split(/ +/)[1]),
      LEVELS.slice(1, index + 1),
    )
    assert.equal(told, index)
    assert.equal(naming, level === 'debug' || level === 'trace')
  }
})

test('facts that say nothing are left out of an entry', () => {
  const [entry] = saidAt('error').entries
  assert.match(entry, /^ *\d+\.\d{3} error happened file=7$/)
})

test('a log has bounds, and says that it left something out', () => {
  mock.method(console, 'info', () => {})
  const log = new Log()
  log.level = 'info'
  for (let number = 0; number < 12_345; number++) {
    log.say('info', 'n', { number })
  }
  mock.restoreAll()
  assert.ok(log.entries.length <= 5000)
  assert.equal(log.entries.length + log.dropped, 12_345)
  assert.match(log.entries.at(-1), /number=12344$/)
  assert.match(log.written(), /^\(8000 older entries are gone\)\n/)
})

test('of a message neither a value nor a secret is told', () => {
  const canary = 'KANARIENVOGEL'
  const file = new File([canary], canary)
  const messages = [
    { type: 'derive', passphrase: canary },
    { type: 'configure', settings: canary, key: new TextEncoder().encode(canary) },
    { type: 'deidentify', file, as: 'member' },
    { type: 'directory', entries: [[canary, canary]] },
    { type: 'refused', setting: 'replacements', reason: canary },
    {
      ...{ type: 'deidentified', name: canary, entry: canary },
      row: { patient: canary, notes: [{ code: 'x', place: canary }] },
      member: { method: 8, size: 13, crc32: 1, data: new Blob([canary]) },
    },
    { type: 'something new', value: canary },
  ]
  const told = messages.map(described)
  assert.ok(!JSON.stringify(told).includes(canary))
  assert.deepEqual(told[2], { type: 'deidentify', bytes: 13 })
  assert.deepEqual(told[3], { type: 'directory', entries: 1 })
  assert.deepEqual(told[5], { type: 'deidentified', size: 13 })
})

test('of a problem its code and place are told', () => {
  assert.deepEqual(
    ['unreadable', 'rejected', 'failed'].map((type) =>
      described({ type, code: 'c', offset: 3, reason: 'r', error: 'e', where: 'w' }),
    ),
    [
      { type: 'unreadable', code: 'c', offset: 3, error: 'e', where: 'w' },
      {
        ...{ type: 'rejected', code: 'c', offset: 3 },
        ...{ error: 'e', where: 'w', reason: 'r' },
      },
      { type: 'failed', code: 'c', offset: 3, error: 'e', where: 'w' },
    ],
  )
})
