/** How the page looks: layout, light or dark, and which tab is shown. */

import { byId } from './dom.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { State } from '../state.js'
 */

const TABS = ['configuration', 'results']

/**
 * @param {State} state
 * @param {Choices} choices
 */
export function viewOf(state, choices) {
  const root = document.documentElement
  const apply = () => {
    root.dataset.layout = choices.text('layout')
    root.dataset.theme = choices.text('theme')
  }
  choices.addEventListener('change', apply)
  apply()
  for (const name of TABS) {
    const tab = byId(`tab-${name}`)
    tab.onclick = () => show(name)
    tab.onkeydown = (event) => {
      if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
        const other = TABS[1 - TABS.indexOf(name)]
        show(other)
        byId(`tab-${other}`).focus()
      }
    }
  }
  show('configuration')
  let before = state.name
  state.addEventListener('change', () => {
    root.dataset.state = state.name
    if (before === 'running' && ['done', 'failed'].includes(state.name)) {
      show('results')
    }
    before = state.name
  })
}

/** @param {string} name */
function show(name) {
  document.documentElement.dataset.tab = name
  for (const one of TABS) {
    const tab = byId(`tab-${one}`)
    tab.setAttribute('aria-selected', String(one === name))
    tab.tabIndex = one === name ? 0 : -1
  }
}
