/** Settings travel: to a file, from a file, in an address. */

import { say } from '../words.js'
import { announce, byId } from './dom.js'
import { chosen, saveText } from './files.js'
import { refusals } from './naming.js'

/** @import { Choices } from '../settings/choices.js' */

const FILE = 'cordon-settings.json'

/** @param {Choices} choices */
export function travelView(choices) {
  const tell = (/** @type {string} */ key) =>
    announce(byId('options-said'), () => say(key))
  byId('options-export').onclick = () => saveText(choices.written(), FILE)
  byId('options-import').onclick = () => byId('options-file').click()
  chosen('options-file', async ([file]) => {
    try {
      const refused = choices.read(await file.text())
      announce(byId('options-said'), () =>
        [say('options.import.done'), ...refusals(refused, choices)].join(' · '),
      )
    } catch {
      tell('options.import.failed')
    }
  })
  byId('options-link').onclick = async () => {
    const link = new URL(location.href)
    link.search = choices.query()
    try {
      await navigator.clipboard.writeText(link.href)
      tell('options.link.done')
    } catch {
      // it was refused, or there is no clipboard, as over plain HTTP
      announce(byId('options-said'), () => link.href)
    }
  }
  byId('options-reset').onclick = () => {
    choices.reset()
    tell('options.reset.done')
  }
}
