/** Build the parts and wire them; hold nothing. */

import { abilities } from './abilities.js'
import { Agreement } from './agreement.js'
import { App } from './app.js'
import { stayAwake } from './awake.js'
import { brand, readConfig } from './config.js'
import { zipOf } from './destination.js'
import { readAhead } from './headers.js'
import { Log } from './log.js'
import { Pool } from './pool.js'
import { listen } from './portal.js'
import { record } from './record.js'
import { Session, ZIP_NAME } from './session.js'
import { Choices } from './settings/choices.js'
import { discard, openJournals } from './sink/journal.js'
import { clear, given, quota, staged, take, tidy } from './sink/storage.js'
import { warm } from './sink/warm.js'
import { State } from './state.js'
import { suited } from './suited.js'
import { abilitiesView } from './ui/abilities.js'
import { attentionView } from './ui/attention.js'
import { certificateView } from './ui/certificate.js'
import { compareView } from './ui/compare.js'
import { deliveryView } from './ui/delivery.js'
import { dialogs } from './ui/dialog.js'
import { repeat } from './ui/dom.js'
import { enginesView } from './ui/engines.js'
import { errorsView } from './ui/errors.js'
import { focusView } from './ui/focus.js'
import { inspectView } from './ui/inspect.js'
import { instancesView } from './ui/instances.js'
import { intakeView } from './ui/intake.js'
import { keyView } from './ui/key.js'
import { keysView } from './ui/keys.js'
import { logView } from './ui/log.js'
import { optionsView } from './ui/options.js'
import { replacementsView } from './ui/replacements.js'
import { requestsView } from './ui/requests.js'
import { resultsView } from './ui/results.js'
import { reviewView } from './ui/review.js'
import { runView } from './ui/run.js'
import { savesView } from './ui/saves.js'
import { selftestView } from './ui/selftest.js'
import { siteView } from './ui/site.js'
import { storageView } from './ui/storage.js'
import { travelView } from './ui/travel.js'
import { viewOf } from './ui/view.js'
import { workersView } from './ui/workers.js'
import { fill, locale, speak } from './words.js'

/** @import { Parts } from './portal.js' */

const ROOT = new URL('../', import.meta.url)
const address = new URLSearchParams(location.search)

/** @type {PromiseWithResolvers<Parts>} */
const complete = Promise.withResolvers()
if (address.has('embed') && window.parent !== window) {
  document.documentElement.toggleAttribute('data-embedded', true)
  listen(complete.promise)
}

const config = await readConfig(new URL('config.json', ROOT))
brand(config)
const choices = new Choices(address, config)
const state = new State()
const app = new App(ROOT)
const automatic = suited()
const poolSize = () => choices.number('workers') || automatic.size
const pool = new Pool(new URL('workers/engine.js', ROOT), poolSize())
const log = new Log()
const can = await abilities()
const agreement = new Agreement(state, pool, choices)
const session = new Session(state, pool, choices, can, agreement)

log.level = choices.text('verbosity')
record(log, state, pool)
stayAwake(state)
readAhead(state, pool, () => agreement.count())

viewOf(state, choices)
dialogs()
focusView()
siteView(config, state)

deliveryView(app, state)
enginesView(pool, state)
requestsView(state, loading())
intakeView(state, {
  choose: (mode) => session.choose(mode),
  take: (given) => session.take(given),
  sample: async () => session.take(await pool.sample()),
})
optionsView(state, choices)
agreement.keyChoice = keyView(choices)
travelView(choices)
replacementsView(state, choices, {
  attributes: () => pool.attributes(),
  vet: (settings) => pool.vet(settings),
  inspect: async (source, settings) => {
    const terms = await agreement.terms({ reviewed: '' })
    return pool.inspect(source, { ...terms, settings })
  },
})
runView(state, pool, {
  process: () => session.process(),
  cancel: () => session.cancel(),
  finish: () => session.finish(),
  destination: () => (state.mode === 'single' ? 'single' : session.output),
})
abilitiesView(state, can, () => session.output)
inspectView(state, { load: (source) => agreement.inspect(source) })
reviewView(state, agreement)
resultsView(state, given)
savesView(state, {
  report: (format) => session.report(format),
  mapping: (signal, progress) => session.mapping(signal, progress),
})
errorsView(state, { retry: () => session.retry() })
instancesView(state)
attentionView(state, choices)
workersView(choices, state, automatic)
logView(log, state, choices)
storageView(state, {
  ...{ list: staged, quota, clear, tidy },
  runs: { list: openJournals, resume: carryOn, discard },
  results: { name: ZIP_NAME, take },
})
keysView(state, choices)
certificateView(state, pool)
selftestView(state, { pool, choices, app })
compareView(state, pool)

/** @param {string} id  of a run that ended with its page */
async function carryOn(id) {
  const run = (await openJournals()).find((one) => one.id === id)
  if (run) {
    choices.set({ output: run.mode })
    session.resume(id)
  }
}

async function translate() {
  await speak(choices.text('language'))
  document.documentElement.lang = locale()
  fill(document)
  repeat()
  state.set({})
}

/** Have as many engines as are wanted, unless they are at work. */
function fit() {
  if (state.name !== 'running') {
    pool.resize(poolSize())
  }
}

choices.addEventListener('change', () => {
  fit()
  warm(zipOf(choices), can.storage).catch(() => {})
})
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
document.documentElement.toggleAttribute('data-composed', true)
complete.resolve({ config, state, session, agreement, choices })
// a page has loaded before its parts are wired: what it was given till then counts
for (const input of document.querySelectorAll('input[type=file]')) {
  input.dispatchEvent(new Event('change'))
}

/** Load all there is to load: the engines, what runs need, and then what keeps the app. */
async function loading() {
  await new Promise((loaded) => {
    const look = () => {
      const { ready, size, failed } = pool.state
      if (ready === size || failed) {
        loaded(undefined)
      }
    }
    pool.addEventListener('change', look)
    look()
  })
  // what cannot be had now is asked for by the run
  await warm(zipOf(choices), can.storage).catch(() => {})
  // a browser that keeps nothing still works
  await app.start().catch(() => {})
}
