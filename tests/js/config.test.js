import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { configOf, readConfig } from '../../js/config.js'

const URL_ = new URL('https://site.example/cordon/config.json')
const { fetch } = globalThis

afterEach(() => {
  globalThis.fetch = fetch
})

/** Let a host answer. */
const hosting = (/** @type {string} */ body, status = 200) => {
  globalThis.fetch = async () => new Response(body, { status })
  return readConfig(URL_)
}

test('a site may have no configuration, or an empty one', async () => {
  for (const config of [await hosting('', 404), await hosting('{}')]) {
    assert.equal(config.unreadable, false)
    assert.deepEqual(config.refused, [])
  }
})

test('a configuration that cannot be read is told', async () => {
  const found = [
    hosting('{"locked": ["profile"],}'),
    hosting('<html>please sign in</html>'),
    hosting('{"locked": ["profile"]}', 403),
    hosting('{}', 500),
    hosting('[]'),
    hosting('null'),
  ]
  for (const { unreadable, locked } of await Promise.all(found)) {
    assert.equal(unreadable, true)
    assert.deepEqual(locked, [])
  }
  globalThis.fetch = () => Promise.reject(new TypeError('no network'))
  assert.equal((await readConfig(URL_)).unreadable, true)
})

test('what cannot be followed is named', () => {
  const { refused, ...config } = configOf(
    {
      name: 'Example',
      logo: 'https://elsewhere.example/logo.svg',
      help: 'javascript:alert(1)',
      colors: { accent: 'red', bad: 'red' },
      settings: { retain_uids: true, layout: 'none', retain_all: true },
      locked: ['retain_uids', 'retain_all'],
      origins: ['https://portal.example', 'https://portal.example/path'],
      lock: ['profile'],
    },
    URL_,
  )
  assert.deepEqual(refused, [
    ...['logo', 'help', 'colors.bad', 'settings.layout', 'settings.retain_all'],
    ...['locked.retain_all', 'origins.https://portal.example/path', 'lock'],
  ])
  assert.deepEqual(config.settings, { retain_uids: true })
  assert.deepEqual(config.locked, ['retain_uids'])
  assert.deepEqual(config.origins, ['https://portal.example'])
  assert.equal(config.logo, '')
})

test('a logo is an image of the same host', () => {
  const places = ['logo.svg', './a/logo.png', '/logo.png', 'https://site.example/l.png']
  for (const logo of places) {
    assert.equal(configOf({ logo }, URL_).logo, logo)
  }
  const others = ['https://a.example/l.png', '//a.example/l.png', 'data:image/png,x']
  for (const logo of others) {
    assert.equal(configOf({ logo }, URL_).logo, '')
  }
})
