/**
 * The search of the manual, and the filter of its long tables. Without this script the
 * manual is read as it is.
 *
 * @typedef {[address: string, title: string, text: string]} Entry
 */

const INDEX = new URL('index.json', import.meta.url)

/** Results that are shown. */
const SHOWN = 20

/** Characters of a text that are shown. */
const EXCERPT = 140

/** Of them, those before the first word that was searched for. */
const LEAD = 40

/** @type {Promise<Entry[]> | undefined} */
let index

searching()
filtering()

function searching() {
  const form = /** @type {HTMLFormElement} */ (document.getElementById('search'))
  form.hidden = false
  form.onsubmit = (event) => {
    event.preventDefault()
    form.querySelector('a')?.click()
  }
  form.oninput = () => search(field('query').value)
}

/** @param {string} query */
async function search(query) {
  index ??= fetch(INDEX).then((response) => response.json())
  const entries = await index
  // what has been typed since then is searched for by itself
  if (query !== field('query').value) {
    return
  }
  const words = wordsOf(query)
  const found = words.length ? matching(entries, words) : []
  byId('found').replaceChildren(...found.slice(0, SHOWN).map((one) => item(one, words)))
  const number = found.length === 1 ? '1 result' : `${found.length} results`
  const more = found.length > SHOWN ? `, the first ${SHOWN} of which are shown` : ''
  byId('said').textContent = words.length ? `${number}${more}` : ''
}

/**
 * Find entries that have all words, those first that have them in the title.
 *
 * @param {Entry[]} entries
 * @param {string[]} words
 */
function matching(entries, words) {
  const has = (/** @type {string} */ text) => {
    const lower = text.toLowerCase()
    return words.every((word) => lower.includes(word))
  }
  const inTitle = entries.filter(([, title]) => has(title))
  const inText = entries.filter(
    ([, title, text]) => !has(title) && has(`${title} ${text}`),
  )
  return [...inTitle, ...inText]
}

/**
 * @param {Entry} entry
 * @param {string[]} words
 */
function item([address, title, text], words) {
  const link = document.createElement('a')
  link.href = address
  link.textContent = title
  const excerpt = document.createElement('span')
  excerpt.className = 'muted'
  excerpt.textContent = excerptOf(text, words)
  const line = document.createElement('li')
  line.append(link, ' ', excerpt)
  return line
}

/**
 * Give the text around the first word that is in it.
 *
 * @param {string} text
 * @param {string[]} words
 */
function excerptOf(text, words) {
  const lower = text.toLowerCase()
  const places = words.map((word) => lower.indexOf(word)).filter((at) => at >= 0)
  const first = places.length ? Math.min(...places) : 0
  const from = first < EXCERPT / 2 ? 0 : text.lastIndexOf(' ', first - LEAD) + 1
  const to = from + EXCERPT
  return `${from ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`
}

/** Let a field hide the rows of a table that do not have its words. */
function filtering() {
  for (const form of document.querySelectorAll('form[data-filters]')) {
    const name = /** @type {HTMLFormElement} */ (form).dataset.filters ?? ''
    const rows = [...byId(name).querySelectorAll('tbody tr')]
    const texts = rows.map((row) => row.textContent?.toLowerCase() ?? '')
    const input = /** @type {HTMLInputElement} */ (form.querySelector('input'))
    const output = /** @type {Element} */ (form.querySelector('output'))
    const filter = () => {
      const words = wordsOf(input.value)
      let shown = 0
      for (const [number, row] of rows.entries()) {
        const fits = words.every((word) => texts[number].includes(word))
        row.toggleAttribute('hidden', !fits)
        shown += Number(fits)
      }
      output.textContent = `${shown} of ${rows.length} rows`
    }
    form.addEventListener('submit', (event) => event.preventDefault())
    input.oninput = filter
    form.removeAttribute('hidden')
    filter()
  }
}

/** @param {string} text */
function wordsOf(text) {
  return text.toLowerCase().replace(/[()]/g, ' ').split(/\s+/).filter(Boolean)
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id))
}

/** @param {string} id */
function field(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id))
}
