import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { Choices } from '../../js/settings/choices.js'
import { preset } from '../../js/settings/presets.js'
import { ENGINE } from '../../js/settings/settings.js'

/** @type {Map<string, string>} */
const kept = new Map()

Object.defineProperty(globalThis, 'localStorage', {
  value: {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) =>
      kept.set(key, text),
  },
})

beforeEach(() => kept.clear())

/**
 * Open the page at an address, in the same browser as before.
 *
 * @param {string} [query]
 * @param {ConstructorParameters<typeof Choices>[1]} [site]
 */
function open(query = '', site = {}) {
  return new Choices(new URLSearchParams(query), site)
}

test('what an address asks for ends with the visit', () => {
  open().set({ sweep: 'warn' })
  const visit = open('retain_uids=true&sweep=off')
  assert.equal(visit.text('sweep'), 'off')
  visit.set({ theme: 'dark' })
  assert.equal(visit.text('sweep'), 'off')
  const later = open()
  assert.equal(later.text('theme'), 'dark')
  assert.equal(later.text('sweep'), 'warn')
  assert.equal(later.flag('retain_uids'), false)
})

test('what the page around this one asks for ends with the visit, and is locked', () => {
  open().set({ sweep: 'warn' })
  const visit = open()
  visit.ask({ sweep: 'off', seal: true })
  visit.lock(['sweep'])
  visit.ask({ sweep: 'reject' })
  visit.set({ sweep: 'warn', theme: 'dark' })
  assert.equal(visit.text('sweep'), 'off')
  assert.deepEqual(Object.keys(visit.imposed), ['sweep', 'seal'])
  const later = open()
  assert.equal(later.text('theme'), 'dark')
  assert.equal(later.text('sweep'), 'warn')
  assert.equal(later.flag('seal'), false)
})

test('what the user chooses is kept, also what the address asked for', () => {
  const visit = open('retain_uids=true&sweep=off')
  visit.set({ sweep: 'warn' })
  visit.set(preset('internal'))
  assert.deepEqual(visit.imposed, {})
  const later = open()
  assert.equal(later.text('sweep'), 'warn')
  assert.equal(later.flag('retain_uids'), true)
})

test('what would be otherwise without the address is named', () => {
  open().set({ burned_in: 'reject', retain_uids: true })
  const site = { settings: { seal: true } }
  const query = 'burned_in=warn&retain_uids=true&verbosity=trace&seal=false&theme=dark'
  assert.deepEqual(open(query, site).imposed, {
    burned_in: 'warn',
    verbosity: 'trace',
    seal: false,
  })
  open().set({ replacements: ['PatientID=A'] })
  assert.deepEqual(open('replacements=').imposed, { replacements: [] })
})

test('why a key is not followed is told apart', () => {
  const site = { settings: { sweep: 'reject' }, locked: ['sweep', 'burned_in'] }
  const choices = open('sweep=off&burned_in=warn&retain_uids=yes&dates=1', site)
  const why = (/** @type {string[]} */ keys) =>
    Object.fromEntries(keys.map((key) => [key, choices.why(key)]))
  const expected = { sweep: 'locked', retain_uids: 'value', dates: 'unknown' }
  assert.deepEqual(why(choices.refused), expected)
  const text = '{"sweep": "off", "burned_in": "warn", "retain_uids": 1, "dates": 1}'
  assert.deepEqual(why(choices.read(text)), expected)
  assert.deepEqual(choices.read('{"burned_in": "warn"}'), [])
  assert.equal(choices.text('sweep'), 'reject')
})

test('a link and a file give the same wherever they are opened', () => {
  const site = { settings: { burned_in: 'reject', dicomdir: false, level: 6 } }
  const from = open('', site)
  from.set({ burned_in: 'warn', dicomdir: true, language: 'de' })
  const [link, file] = [from.query(), from.written()]
  for (const elsewhere of [site, {}, { settings: { sweep: 'off' } }]) {
    kept.clear()
    const other = { retain_uids: true, replacements: ['PatientID=A'], layout: 'tabbed' }
    open('', elsewhere).set(other)
    const opened = open(link, elsewhere)
    // how it looks is the affair of who looks
    assert.deepEqual(opened.values, { ...from.values, layout: 'tabbed' })
    const reader = open('', elsewhere)
    assert.deepEqual(reader.read(file), [])
    assert.deepEqual(reader.values, from.values)
  }
  assert.equal(new URLSearchParams(link).has('theme'), false)
})

test('a file has nothing that the command does not know, unless it must', () => {
  const choices = open()
  const keys = () => Object.keys(JSON.parse(choices.written()))
  assert.deepEqual(keys(), Object.keys(ENGINE))
  choices.set({ level: 6 })
  assert.deepEqual(keys(), [...Object.keys(ENGINE), 'level'])
})

test('whoever wants no preset gets none until there is another beginning', () => {
  const choices = open()
  choices.custom = true
  choices.set({ theme: 'dark' })
  assert.equal(choices.custom, true)
  choices.reset()
  assert.equal(choices.custom, false)
})
