import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
// biome-ignore lint/correctness/useImportExtensions: it is JSON
import en from '../../js/words/en.json' with { type: 'json' }

const html = readFileSync(new URL('../../index.html', import.meta.url), 'utf8')

test('the markup speaks English as the words do, until it is filled', () => {
  const texts = [...html.matchAll(/data-text="([^"]+)"[^>]*>([^<]*)</g)]
  const labels = [...html.matchAll(/data-label="([^"]+)"\s+aria-label="([^"]*)"/g)]
  assert.ok(texts.length > 40)
  for (const [, key, text] of [...texts, ...labels]) {
    assert.equal(en[key], text, key)
  }
})

test('no other text is in the markup', () => {
  const body = html
    .slice(html.indexOf('<body>'))
    .replace(/<noscript>.*<\/noscript>/, '')
  const without = body.replace(/data-text="[^"]+"[^>]*>[^<]*</g, '><')
  const left = [...without.matchAll(/>([^<]*[a-z]{2}[^<]*)</gi)].map(([, text]) => text)
  assert.deepEqual(left, ['Cordon', 'Option'])
})
