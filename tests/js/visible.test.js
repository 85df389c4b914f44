import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { Log } from '../../js/log.js'
import { visible, visibleLines } from '../../js/visible.js'

test('what is unseen or directs text is made visible, all else stays', () => {
  assert.equal(visible('a\0b\x1b[2J\x7f'), 'a␀b␛[2J␡')
  assert.equal(visible('exe.\u202egpj\u2066\u2069'), 'exe.[U+202E]gpj[U+2066][U+2069]')
  assert.equal(
    visible('a\u0085\u2028\u200b\ufeff'),
    'a[U+0085][U+2028][U+200B][U+FEFF]',
  )
  const plain = 'Müller^Ärzte 山田 שלום می‌خواهم <b> & " \\'
  assert.equal(visible(plain), plain)
})

test('line ends are kept only where there may be lines', () => {
  assert.equal(visible('a\r\nb\tc'), 'a␍␊b␉c')
  assert.equal(visibleLines('a\r\nb\rc\nd\0'), 'a\nb\nc\nd␀')
})

test('a name cannot forge an entry of the log', () => {
  mock.method(console, 'info', () => {})
  const log = new Log()
  log.level = 'info'
  log.say('info', 'named', { path: 'a\n    9.999 error run-failed' })
  mock.restoreAll()
  assert.equal(log.entries[0].split('\n').length, 1)
})
