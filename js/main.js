/** Build the parts and wire them; hold nothing. */

import { Pool, suitableSize } from './pool.js'
import { Session } from './session.js'
import { Choices } from './settings/choices.js'
import { State } from './state.js'
import { enginesView } from './ui/engines.js'
import { errorsView } from './ui/errors.js'
import { instancesView } from './ui/instances.js'
import { intakeView } from './ui/intake.js'
import { optionsView } from './ui/options.js'
import { resultsView } from './ui/results.js'
import { runView } from './ui/run.js'
import { savesView } from './ui/saves.js'
import { viewOf } from './ui/view.js'
import { fill, locale, speak } from './words.js'

const choices = new Choices(new URLSearchParams(location.search))
const state = new State()
const pool = new Pool(
  new URL('../workers/engine.js', import.meta.url),
  choices.number('workers') || suitableSize(),
)
const session = new Session(state, pool, choices)

viewOf(state, choices)

enginesView(pool, state)
intakeView(state, {
  choose: (mode) => session.choose(mode),
  take: (given) => session.take(given),
})
const { key } = optionsView(state, choices)
session.keyChoice = key
runView(state, pool, {
  process: () => session.process(),
  cancel: () => session.cancel(),
  destination: () => (state.mode === 'single' ? 'single' : session.output),
})
resultsView(state)
savesView(state, {
  report: (format) => session.report(format),
  mapping: (signal, progress) => session.mapping(signal, progress),
})
errorsView(state)
instancesView(state)

async function translate() {
  await speak(choices.text('language'))
  document.documentElement.lang = locale()
  fill(document)
  state.set({})
}

let language = choices.text('language')
choices.addEventListener('change', () => {
  if (language !== choices.text('language')) {
    language = choices.text('language')
    translate()
  } else {
    state.set({})
  }
})
await translate()
