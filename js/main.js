/** Build the parts and wire them; hold nothing. */

import { stayAwake } from './awake.js'
import { Log } from './log.js'
import { Pool, suited } from './pool.js'
import { record } from './record.js'
import { Session } from './session.js'
import { Choices } from './settings/choices.js'
import { clear, quota, staged } from './sink/storage.js'
import { State } from './state.js'
import { attentionView } from './ui/attention.js'
import { dialogs } from './ui/dialog.js'
import { enginesView } from './ui/engines.js'
import { errorsView } from './ui/errors.js'
import { intakeView } from './ui/intake.js'
import { keysView } from './ui/keys.js'
import { logView } from './ui/log.js'
import { optionsView } from './ui/options.js'
import { resultsView } from './ui/results.js'
import { runView } from './ui/run.js'
import { storageView } from './ui/storage.js'
import { viewOf } from './ui/view.js'
import { workersView } from './ui/workers.js'
import { fill, locale, speak } from './words.js'

const choices = new Choices(new URLSearchParams(location.search))
const state = new State()
const automatic = suited()
const poolSize = () => choices.number('workers') || automatic.size
const pool = new Pool(new URL('../workers/engine.js', import.meta.url), poolSize())
const log = new Log()
const session = new Session(state, pool, choices)

log.level = choices.text('verbosity')
record(log, state, pool)
stayAwake(state)

viewOf(state, choices)
dialogs()

enginesView(pool, state)
intakeView(state, {
  choose: (mode) => session.choose(mode),
  take: (given) => session.take(given),
})
const { key } = optionsView(state, choices)
session.keyChoice = key
runView(state, {
  process: () => session.process(),
  cancel: () => session.cancel(),
  finish: () => session.finish(),
  destination: () => (state.mode === 'single' ? 'single' : session.output),
})
resultsView(state)
errorsView(state, { retry: () => session.retry() })
attentionView(state, choices)
workersView(choices, state, automatic)
logView(log, state, choices)
storageView(state, { list: staged, quota, clear, tidy: clear })
keysView(state, choices)

async function translate() {
  await speak(choices.text('language'))
  document.documentElement.lang = locale()
  fill(document)
  state.set({})
}

/** Have as many engines as are wanted, unless they are at work. */
function fit() {
  if (state.name !== 'running') {
    pool.resize(poolSize())
  }
}

choices.addEventListener('change', fit)
state.addEventListener('change', fit)

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
