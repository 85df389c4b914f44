import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { refusalInWords } from '../../js/ui/refusal.js'
import { speak } from '../../js/words.js'

const VALUE = {
  setting: 'replacements',
  reason: 'Rows: a value of VR US must be a whole number from 0 to 65535',
  why: {
    entry: 'Rows',
    code: 'value',
    named: { vr: 'US', must: 'whole', low: '0', high: '65535' },
  },
}

afterEach(() => speak('en'))

test('in English the page says what the engine says', () => {
  assert.deepEqual(refusalInWords(VALUE), { text: VALUE.reason, lang: 'en' })
})

test('in other languages it has words of its own', async () => {
  await speak('de')
  assert.deepEqual(refusalInWords(VALUE), {
    text: 'Rows: ein Wert der VR US muss so sein: eine ganze Zahl von 0 bis 65535',
    lang: 'de',
  })
})

test('what it has no words for is said as the engine says it, in English', async () => {
  await speak('de')
  const other = { setting: 'sweep', reason: 'must be one of reject, warn, off' }
  assert.deepEqual(refusalInWords(other), { text: other.reason, lang: 'en' })
  const newer = { ...VALUE, why: { ...VALUE.why, code: 'of-another-version' } }
  assert.deepEqual(refusalInWords(newer), { text: VALUE.reason, lang: 'en' })
})
