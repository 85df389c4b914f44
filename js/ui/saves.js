/**
 * What may be taken away beside the result: reports, and, once it is clear what that
 * means, which original ID became which new one.
 */

import { say } from '../words.js'
import { paced } from './aloud.js'
import { announce, byId, count, many } from './dom.js'
import { save } from './files.js'

/**
 * @import { Format } from '../shared/protocol.js'
 * @import { State } from '../state.js'
 */

const REPORT = 'deidentification-report'
const MAPPING = 'identifying-mapping.csv'

/**
 * @param {State} state
 * @param {object} session
 * @param {(format: Format) => Promise<Blob>} session.report
 * @param {(signal: AbortSignal, progress: (files: number) => void) => Promise<Blob>}
 *   session.mapping
 */
export function savesView(state, { report, mapping }) {
  for (const button of byId('saves').querySelectorAll('button[data-format]')) {
    const format = /** @type {Format} */ (button.getAttribute('data-format'))
    const give = () => saveReport(format, report)
    button.addEventListener('click', give)
  }
  mappingDialog(state, mapping)
  state.addEventListener('change', () => {
    // of what has no result, a report would tell of files that are nowhere
    const told = state.name === 'done' || state.failure === 'nothing-written'
    byId('saves').hidden = !told
    byId('mapping-open').hidden = state.name !== 'done'
    if (!told) {
      announce(byId('saves-said'), () => '')
    }
  })
}

/**
 * @param {Format} format
 * @param {(format: Format) => Promise<Blob>} report
 */
async function saveReport(format, report) {
  announce(byId('saves-said'), () => '')
  try {
    save(await report(format), `${REPORT}.${format}`)
  } catch {
    announce(byId('saves-said'), () => say('saves.failed'))
  }
}

/**
 * @param {State} state
 * @param {(signal: AbortSignal, progress: (files: number) => void) => Promise<Blob>}
 *   mapping
 */
function mappingDialog(state, mapping) {
  /** @type {HTMLDialogElement} */
  const dialog = byId('mapping')
  /** @type {HTMLInputElement} */
  const agreed = byId('mapping-agreed')
  /** @type {HTMLButtonElement} */
  const button = byId('mapping-save')
  const said = byId('mapping-said')
  let abort = new AbortController()
  let busy = false

  byId('mapping-open').onclick = () => {
    agreed.checked = false
    button.disabled = true
    said.textContent = ''
    dialog.showModal()
  }
  agreed.onchange = () => {
    button.disabled = !agreed.checked
  }
  dialog.onclose = () => abort.abort()
  button.onclick = async () => {
    if (busy) {
      return
    }
    busy = true
    // disabled, it would lose focus
    button.ariaDisabled = 'true'
    abort = new AbortController()
    const { signal } = abort
    const progress = paced((/** @type {number} */ done) => {
      const files = many('count.files', state.tally.written + state.tally.duplicates)
      said.textContent = say('mapping.reading', { done: count(done), files })
    })
    try {
      const table = await mapping(signal, progress)
      save(table, MAPPING)
      said.textContent = say('mapping.done')
    } catch {
      said.textContent = signal.aborted ? '' : say('mapping.failed')
    }
    busy = false
    button.ariaDisabled = null
  }
}
