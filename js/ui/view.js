/** How the page looks: layout, light or dark, and which tab is shown. */

import { byId } from './dom.js'

/**
 * @import { Choices } from '../settings/choices.js'
 * @import { State } from '../state.js'
 */

/** What a tab shows, by its name. */
const PANELS = { configuration: 'configuration', results: 'outcome' }

const TABS = Object.keys(PANELS)

/**
 * @param {State} state
 * @param {Choices} choices
 */
export function viewOf(state, choices) {
  const root = document.documentElement
  const apply = () => {
    root.dataset.layout = choices.text('layout')
    root.dataset.theme = choices.text('theme')
    panels(root.dataset.layout === 'tabbed')
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
  let before = { name: state.name, listing: state.listing }
  state.addEventListener('change', () => {
    const { name, listing, over } = state
    root.dataset.state = name
    if (before.name === 'running' && name !== 'running' && over) {
      show('results')
    }
    if (listing && !before.listing) {
      show('configuration')
    }
    before = { name, listing }
  })
}

/** @param {boolean} tabbed  Name parts of the page by their tabs, where there are tabs. */
function panels(tabbed) {
  for (const [name, id] of Object.entries(PANELS)) {
    const panel = byId(id)
    if (tabbed) {
      panel.role = 'tabpanel'
      panel.setAttribute('aria-labelledby', `tab-${name}`)
    } else {
      panel.removeAttribute('role')
      panel.removeAttribute('aria-labelledby')
    }
  }
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
