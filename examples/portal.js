/** What a portal does with the element. */

/** @import { CordonPage } from '../js/embed.js' */

const page = /** @type {CordonPage} */ (document.querySelector('cordon-page'))
const said = byId('said')
byId('origin').textContent = location.origin

byId('zip').onclick = () => page.process('zip')
byId('instances').onclick = () => page.process('instances')
byId('cancel').onclick = () => page.cancel()
byId('files').onchange = (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target)
  page.files([...(input.files ?? [])])
}

on('ready', () => {
  said.textContent = 'Cordon is ready'
  // decided here, and not to be changed in the page
  page.settings({ retain_uids: false, layout: 'portrait' }, ['retain_uids'])
  page.key('random')
})
on('state', ({ name }) => {
  said.textContent = `Cordon is ${name}`
})
on('progress', ({ files, all }) => {
  said.textContent = `${files} of ${all} files`
})
on('instance', ({ name, blob }) => show(name, blob))
on('result', ({ name, blob, report }) => {
  const { files, outcomes } = report.summary
  said.textContent = `${outcomes.deidentified} of ${files} files de-identified`
  if (blob) {
    show(name, blob)
  }
})
on('refused', ({ reason }) => {
  said.textContent = `Refused: ${reason}`
})

/**
 * @param {string} type
 * @param {(detail: any) => void} take
 */
function on(type, take) {
  page.addEventListener(`cordon-${type}`, (event) =>
    take(/** @type {CustomEvent} */ (event).detail),
  )
}

/**
 * @param {string} name
 * @param {Blob} blob
 */
function show(name, blob) {
  const item = document.createElement('li')
  item.textContent = `${name}: ${blob.size} bytes`
  byId('results').append(item)
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id))
}
