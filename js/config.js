/**
 * What who runs this site has decided, without a build: `config.json` beside the page.
 *
 * - `name`, `logo`, `help`: brand, an image and a link, each within this site or HTTPS
 * - `colors`: by their names in the style sheet, as in `{"accent": "#123456"}`
 * - `settings`: what is chosen to begin with, as in a settings file
 * - `locked`: keys that nobody can change, neither here nor in the address
 * - `origins`: pages that may embed this one and speak with it
 */

import { fromFile } from './settings/settings.js'

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
 */

/** Colours that a brand may change: those that carry no meaning. */
const COLORS = ['accent', 'on-accent', 'surface', 'raised', 'sunken', 'line']

/**
 * @param {URL} url
 * @returns {Promise<Config>}
 */
export async function readConfig(url) {
  try {
    const response = await fetch(url)
    return response.ok ? configOf(await response.json()) : configOf({})
  } catch {
    return configOf({})
  }
}

/**
 * Take from what was written what can be followed.
 *
 * @param {any} found
 * @returns {Config}
 */
export function configOf(found) {
  const { colors, settings, locked, origins } = found ?? {}
  return {
    name: text(found?.name),
    logo: address(found?.logo),
    help: address(found?.help),
    colors: Object.fromEntries(
      Object.entries(colors ?? {})
        .filter(([key]) => COLORS.includes(key))
        .map(([key, value]) => [key, text(value)]),
    ),
    settings: fromFile(settings ?? {}).values,
    locked: texts(locked),
    // an origin as browsers spell it; anything else would never agree
    origins: texts(origins).filter((one) => URL.canParse(one) && origin(one) === one),
  }
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

/** @param {unknown} value  An address that runs no script. */
function address(value) {
  const found = text(value)
  return /^(https:|\.{0,2}\/|[\w-]+(\/|\.|$))/i.test(found) ? found : ''
}

/** @param {string} url */
function origin(url) {
  return new URL(url).origin
}
