/**
 * What the page says, by key, in the language of the page. `words/en.json` has all of
 * it; a text that another language lacks is said in English. English comes with the
 * page. Another language is loaded once it is spoken, which is a request more; it is
 * among the files that are kept for use without a network.
 */

import english from './words/en.json' with { type: 'json' }

/** Languages there are words for, each by its own name. */
export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
}

/** @type {Record<string, () => Promise<{ default: Words }>>} */
const LOADERS = {
  de: () => import('./words/de.json', { with: { type: 'json' } }),
  fr: () => import('./words/fr.json', { with: { type: 'json' } }),
  es: () => import('./words/es.json', { with: { type: 'json' } }),
}

/** @typedef {Record<string, string>} Words */

/** @type {Words} */
const ENGLISH = english

let words = ENGLISH
let language = 'en'
let rules = new Intl.PluralRules(language)
let latest = 0

/**
 * Speak a language from now on; the one before, if its words cannot be had.
 *
 * @param {string} wanted  as in `de`, or `system` for the browser's
 */
export async function speak(wanted) {
  const asked = wanted === 'system' ? navigator.languages : [wanted]
  const code = asked.map(primary).find((one) => one in LANGUAGES) ?? 'en'
  const mine = ++latest
  const loaded = await LOADERS[code]?.().catch(() => null)
  // another may have been asked for in the meantime
  if (mine !== latest || loaded === null) {
    return
  }
  language = code
  words = { ...ENGLISH, ...loaded?.default }
  rules = new Intl.PluralRules(code)
}

/** @param {string} tag  of a language and perhaps a country, as in `de-AT` */
function primary(tag) {
  return tag.split('-')[0].toLowerCase()
}

/** The language spoken, for numbers and dates. */
export function locale() {
  return language
}

/**
 * Say something. `{name}` in a text stands for a value; a text for a number may have
 * forms `key.one` and `key.other`, chosen by `values.number`.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function say(key, values = {}) {
  const form =
    'number' in values ? `${key}.${rules.select(Number(values.number))}` : key
  const text = words[form] ?? words[`${key}.other`] ?? words[key] ?? key
  return text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all))
}

/** @param {string} key  Whether there is anything to say. */
export function has(key) {
  return key in words
}

/** What `fill` sets, by the attribute that names the key. */
const PLACES = /** @type {const} */ ({
  'data-label': 'aria-label',
  'data-placeholder': 'placeholder',
  'data-title': 'title',
})

/**
 * Put words in markup: `data-text` names the key of an element's text.
 *
 * @param {ParentNode} root
 */
export function fill(root) {
  for (const element of root.querySelectorAll('[data-text]')) {
    element.textContent = say(String(element.getAttribute('data-text')))
  }
  for (const [key, attribute] of Object.entries(PLACES)) {
    for (const element of root.querySelectorAll(`[${key}]`)) {
      element.setAttribute(attribute, say(String(element.getAttribute(key))))
    }
  }
  for (const template of root.querySelectorAll('template')) {
    fill(template.content)
  }
}
