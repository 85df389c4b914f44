/**
 * What who runs this site has decided, without a build: `config.json` beside the page.
 *
 * - `name`, `logo`, `help`: brand, an image of this host, and a link, here or by HTTPS
 * - `colors`: by their names in the style sheet, as in `{"accent": "#123456"}`
 * - `settings`: what is chosen to begin with, as in a settings file
 * - `locked`: keys that nobody can change, neither here nor in the address
 * - `origins`: pages that may embed this one and speak with it
 */

import { defaults, fromFile } from './settings/settings.js'

/**
 * @import { Values } from './settings/settings.js'
 *
 * @typedef {object} Config
 * @property {string} name
 * @property {string} logo
 * @property {string} help
 * @property {Record<string, string>} colors
 * @property {Values} settings
 * @property {string[]} locked
 * @property {string[]} origins
 * @property {string[]} refused  what cannot be followed
 * @property {boolean} unreadable  whether there is one that cannot be read
 */

/** Colours that a brand may change: those that carry no meaning. */
const COLORS = ['accent', 'on-accent', 'surface', 'raised', 'sunken', 'line']

const SETTINGS = defaults()

/**
 * @param {URL} url
 * @returns {Promise<Config>}
 */
export async function readConfig(url) {
  try {
    const response = await fetch(url)
    // a site may have none
    const found = response.status === 404 ? {} : await said(response)
    return configOf(found, url)
  } catch {
    return { ...configOf({}, url), unreadable: true }
  }
}

/** @param {Response} response */
async function said(response) {
  const found = await response.json()
  if (!response.ok || !isObject(found)) {
    throw new SyntaxError('no configuration')
  }
  return found
}

/**
 * Take from what was written what can be followed.
 *
 * @param {Record<string, unknown>} found
 * @param {URL} url  of it
 * @returns {Config}
 */
export function configOf(found, url) {
  const colors = Object.entries(isObject(found.colors) ? found.colors : {})
  const settings = fromFile(isObject(found.settings) ? found.settings : {})
  const config = {
    name: text(found.name),
    logo: isHere(text(found.logo), url) ? text(found.logo) : '',
    help: address(found.help),
    colors: Object.fromEntries(
      colors
        .filter(([key]) => COLORS.includes(key))
        .map(([key, value]) => [key, text(value)]),
    ),
    settings: settings.values,
    locked: texts(found.locked).filter((key) => Object.hasOwn(SETTINGS, key)),
    // an origin as browsers spell it; anything else would never agree
    origins: texts(found.origins).filter(
      (one) => URL.canParse(one) && origin(one) === one,
    ),
  }
  return { ...config, refused: refused(found, config), unreadable: false }
}

/**
 * Name what was written and is not followed, as `settings.profile`.
 *
 * @param {Record<string, unknown>} found
 * @param {Record<string, unknown>} config
 */
function refused(found, config) {
  return Object.entries(found).flatMap(([key, value]) => {
    const taken = config[key]
    if (Array.isArray(value) && Array.isArray(taken)) {
      return value.filter((one) => !taken.includes(one)).map((one) => `${key}.${one}`)
    }
    if (isObject(value) && isObject(taken)) {
      const names = Object.keys(value).filter((name) => taken[name] !== value[name])
      return names.map((name) => `${key}.${name}`)
    }
    return taken === value ? [] : [key]
  })
}

/**
 * Show the brand.
 *
 * @param {Config} config
 */
export function brand({ name, logo, help, colors }) {
  const root = document.documentElement
  for (const [key, value] of Object.entries(colors)) {
    root.style.setProperty(`--${key}`, value)
  }
  if (name) {
    const place = /** @type {Element} */ (document.querySelector('.brand-name'))
    place.textContent = name
  }
  if (logo) {
    const image = /** @type {HTMLImageElement} */ (document.querySelector('.brand img'))
    image.src = logo
  }
  if (help) {
    const link = document.createElement('a')
    link.href = help
    link.target = '_blank'
    link.rel = 'noopener'
    link.dataset.text = 'brand.help'
    const place = /** @type {HTMLElement} */ (document.getElementById('brand-help'))
    place.replaceChildren(link)
    place.hidden = false
  }
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value : ''
}

/** @param {unknown} value @returns {string[]} */
function texts(value) {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** @param {unknown} value  @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * @param {string} place
 * @param {URL} url  The policy allows no images of other hosts than that of this.
 */
function isHere(place, url) {
  return URL.canParse(place, url.href) && new URL(place, url).origin === url.origin
}

/** @param {unknown} value  An address that runs no script. */
function address(value) {
  const found = text(value)
  return /^(https:|\.{0,2}\/|[\w-]+(\/|\.|$))/i.test(found) ? found : ''
}

/** @param {string} url */
function origin(url) {
  return new URL(url).origin
}
