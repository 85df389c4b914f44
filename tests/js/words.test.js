import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { count, decimal, many, size } from '../../js/ui/dom.js'
import de from '../../js/words/de.json' with { type: 'json' }
import en from '../../js/words/en.json' with { type: 'json' }
import es from '../../js/words/es.json' with { type: 'json' }
import fr from '../../js/words/fr.json' with { type: 'json' }
import { LANGUAGES, locale, say, speak } from '../../js/words.js'

const ROOT = new URL('../../', import.meta.url)
const html = readFileSync(new URL('index.html', ROOT), 'utf8')
const schema = JSON.parse(
  readFileSync(new URL('js/settings/page.schema.json', ROOT), 'utf8'),
)

/** @type {Record<string, string>} */
const english = en

/** @type {Record<string, Record<string, string>>} */
const others = { de, fr, es }

/** Every module of the page, by its path. */
const modules = readdirSync(new URL('js/', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.js'))
  .map((path) => [path, readFileSync(new URL(`js/${path}`, ROOT), 'utf8')])

/** All that names a text: modules, the markup and the pages of the manual. */
const sources = [
  html,
  ...modules.map(([, text]) => text),
  ...readdirSync(new URL('manual/', ROOT))
    .filter((name) => name.endsWith('.html'))
    .map((name) => readFileSync(new URL(`manual/${name}`, ROOT), 'utf8'))
    .map((text) => text.replace(/\{\{([^}]+)\}\}/g, "'$1'")),
].join('\n')

/** @type {Record<string, { enum?: unknown[] }>} */
const settings = {
  ...JSON.parse(readFileSync(new URL('py/cordon/settings.schema.json', ROOT), 'utf8'))
    .properties,
  ...schema.properties,
}

/** Keys with the same words in each language so far, which are not the same thing. */
const OTHER_SENSE = [
  'brand.help help.title',
  'column.result compare.result results.label',
  'options.output output.title',
  'options.workers workers.title',
  'outcome.failed title.failed',
  'review.dismiss run.cancel',
]

afterEach(() => speak('en'))

test('the markup speaks English as the words do, until it is filled', () => {
  const texts = [...html.matchAll(/data-text="([^"]+)"[^>]*>([^<]*)</g)]
  const labels = [...html.matchAll(/data-label="([^"]+)"\s+aria-label="([^"]*)"/g)]
  assert.ok(texts.length > 40)
  for (const [, key, text] of [...texts, ...labels]) {
    assert.equal(english[key], text, key)
  }
})

test('no other text is in the markup', () => {
  const body = html
    .slice(html.indexOf('<body>'))
    .replace(/<noscript>.*<\/noscript>/, '')
  const without = body.replace(/data-text="[^"]+"[^>]*>[^<]*</g, '><')
  const left = [...without.matchAll(/>([^<]*[a-z]{2}[^<]*)</gi)].map(([, text]) => text)
  assert.deepEqual(left, ['Cordon', 'Option', 'Patient'])
  const labels = [...html.matchAll(/(\S+)\s+(?:aria-label|title|alt)="[^"]+"/g)]
  assert.ok(labels.length > 15)
  for (const [all, before] of labels) {
    assert.match(before, /^data-(label|title)=/, all)
  }
})

test('no module says a text of its own', () => {
  const own =
    /\.(?:textContent|ariaLabel|title|placeholder|alt) = ['"`][^'"`$]*[a-z]{2}/gi
  const found = modules.flatMap(([path, text]) =>
    (text.match(own) ?? []).map((one) => `${path}: ${one}`),
  )
  assert.deepEqual(found, [])
})

test('what a module says by name has words', () => {
  const keys = modules.flatMap(([, text]) =>
    [...text.matchAll(/\b(?:say|many|tell)\(\s*'([\w-]+\.[\w.-]+)'/g)].map(
      ([, key]) => key,
    ),
  )
  assert.ok(keys.length > 100)
  assert.deepEqual(
    keys.filter((key) => !(key in english) && !(`${key}.other` in english)),
    [],
  )
})

test('every text is said somewhere', () => {
  const said = new Set(
    [...sources.matchAll(/['"`]([\w-]+(?:\.[\w-]+)*)['"`]/g)].map(([, text]) => text),
  )
  const made = [...sources.matchAll(/`([a-z][\w.-]*\.)\$\{[^`]*`/g)].map(
    ([, start]) => start,
  )
  const bare = (/** @type {string} */ key) => key.replace(/\.(one|other|many)$/, '')
  const isOfSetting = (/** @type {string} */ key) => {
    const [setting, part] = key.split('.')
    const values = settings[setting]?.enum ?? []
    const isKnown = setting in settings || said.has(setting)
    const parts = ['title', 'help', 'cost', 'code', ...values.map(String)]
    return isKnown && parts.includes(part)
  }
  const silent = Object.keys(english).filter(
    (key) =>
      !said.has(key) &&
      !said.has(bare(key)) &&
      !isOfSetting(key) &&
      !made.some((start) => key.startsWith(start)),
  )
  assert.deepEqual(silent, [])
})

test('what means the same has one key', () => {
  /** @type {Map<string, string[]>} */
  const alike = new Map()
  for (const key of Object.keys(english).filter((one) => !isNamedByCode(one))) {
    const said = [english, ...Object.values(others)].map((words) => words[key])
    const keys = alike.get(said.join()) ?? []
    alike.set(said.join(), [...keys, key])
  }
  const doubled = [...alike.values()].filter(({ length }) => length > 1)
  const found = doubled.map((keys) => keys.join(' '))
  assert.deepEqual(found.toSorted(), OTHER_SENSE)
})

test('the languages that can be chosen are those there are words for', () => {
  const { enum: chosen } = schema.properties.language
  assert.deepEqual(chosen.toSorted(), ['system', ...Object.keys(LANGUAGES)].toSorted())
  assert.deepEqual(
    Object.keys(others).toSorted(),
    Object.keys(LANGUAGES)
      .toSorted()
      .filter((one) => one !== 'en'),
  )
  for (const [code, name] of Object.entries(LANGUAGES)) {
    assert.equal(english[`language.${code}`], name)
  }
})

for (const [code, words] of Object.entries(others)) {
  test(`${code}.json has the keys of en.json and no others`, () => {
    const lacking = Object.keys(english).filter((key) => !(key in words))
    assert.deepEqual(lacking, [], `${code}.json lacks ${lacking.join(', ')}`)
    const needless = Object.keys(words).filter((key) => !(key in english))
    assert.deepEqual(needless, [], `only ${code}.json has ${needless.join(', ')}`)
    assert.deepEqual(Object.keys(words), Object.keys(words).toSorted(), 'not sorted')
  })

  test(`${code}.json has the values of en.json in each text`, () => {
    for (const key of Object.keys(words)) {
      assert.deepEqual(valuesIn(words[key]), valuesIn(english[key] ?? ''), key)
      assert.equal(words[key], words[key].trim(), key)
      assert.notEqual(words[key], '', key)
    }
  })

  test(`no sentence of ${code}.json is left in English`, () => {
    const left = Object.keys(words).filter(
      (key) =>
        words[key] === english[key] &&
        wordsIn(words[key]) > 3 &&
        !isStandardName(key) &&
        words[key] !== LANGUAGES[code],
    )
    assert.deepEqual(left, [])
    const named = Object.keys(english).filter(isStandardName)
    assert.ok(named.length > 8)
    for (const key of named) {
      assert.equal(words[key], english[key], 'PS3.15 names its options in English')
    }
  })
}

/** @param {string} key  Whether it is put together from a name that is no word. */
function isNamedByCode(key) {
  const [setting, part] = key.split('.')
  return (
    key.startsWith('selftest.fact.') || Boolean(settings[setting]?.enum?.includes(part))
  )
}

/** @param {string} text */
function valuesIn(text) {
  return [...new Set(text.match(/\{\w+\}/g))].sort()
}

/** @param {string} text */
function wordsIn(text) {
  return text.replace(/\{\w+\}/g, '').match(/\p{L}+/gu)?.length ?? 0
}

/** @param {string} key  Whether it is the name of an option of PS3.15. */
function isStandardName(key) {
  const code = english[key.replace(/\.title$/, '.code')] ?? ''
  return key.endsWith('.title') && code.startsWith('113')
}

test('each language counts by its own rules', async () => {
  const said = async (/** @type {string} */ code) => {
    await speak(code)
    return [0, 1, 2, 1_000_000].map((number) => many('count.files', number))
  }
  assert.deepEqual(await said('fr'), [
    ...['0 fichier', '1 fichier', '2 fichiers'],
    // French has a form for millions, which is said as for other numbers
    '1\u202f000\u202f000 fichiers',
  ])
  assert.deepEqual(await said('de'), [
    ...['0 Dateien', '1 Datei', '2 Dateien'],
    '1.000.000 Dateien',
  ])
  assert.deepEqual(await said('es'), [
    ...['0 archivos', '1 archivo', '2 archivos'],
    '1.000.000 archivos',
  ])
  assert.deepEqual((await said('en')).slice(0, 3), ['0 files', '1 file', '2 files'])
})

test('figures are written as the language has them', async () => {
  const written = () => [count(1234567), decimal(0.5, 2), size(1_234_567)]
  assert.deepEqual(written(), ['1\u2009234\u2009567', '0.50', '1.2 MB'])
  await speak('de')
  assert.deepEqual(written(), ['1.234.567', '0,50', '1,2 MB'])
  await speak('fr')
  assert.deepEqual(written(), ['1\u202f234\u202f567', '0,50', '1,2 Mo'])
  await speak('es')
  assert.deepEqual(written(), ['1.234.567', '0,50', '1,2 MB'])
})

test('a language is told by the first part of its tag', async () => {
  await speak('de-AT')
  assert.equal(locale(), 'de')
  // North Frisian is no French
  await speak('frr')
  assert.equal(locale(), 'en')
})

test('of two languages asked for at once the later is spoken', async () => {
  const first = speak('de')
  await speak('en')
  await first
  assert.equal(locale(), 'en')
  assert.equal(say('run.cancel'), english['run.cancel'])
})
