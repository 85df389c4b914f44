/** Build the parts and wire them; hold nothing. */

import { App } from './app.js'
import { brand, readConfig } from './config.js'
import { Pool, suitableSize } from './pool.js'
import { listen } from './portal.js'
import { Session } from './session.js'
import { Choices } from './settings/choices.js'
import { State } from './state.js'
import { certificateView } from './ui/certificate.js'
import { compareView } from './ui/compare.js'
import { deliveryView } from './ui/delivery.js'
import { enginesView } from './ui/engines.js'
import { errorsView } from './ui/errors.js'
import { intakeView } from './ui/intake.js'
import { optionsView } from './ui/options.js'
import { replacementsView } from './ui/replacements.js'
import { requestsView } from './ui/requests.js'
import { resultsView } from './ui/results.js'
import { reviewView } from './ui/review.js'
import { runView } from './ui/run.js'
import { selftestView } from './ui/selftest.js'
import { viewOf } from './ui/view.js'
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
const pool = new Pool(
  new URL('workers/engine.js', ROOT),
  choices.number('workers') || suitableSize(),
)
const session = new Session(state, pool, choices)

viewOf(state, choices)

deliveryView(app, state)
enginesView(pool, state)
requestsView(state, loading())
intakeView(state, {
  choose: (mode) => session.choose(mode),
  take: (given) => session.take(given),
  sample: async () => session.take(await pool.sample()),
})
const { key } = optionsView(state, choices)
session.keyChoice = key
replacementsView(state, choices, {
  attributes: () => pool.attributes(),
  vet: (settings) => pool.vet(settings),
})
runView(state, {
  process: () => session.process(),
  cancel: () => session.cancel(),
  destination: () => (state.mode === 'single' ? 'single' : session.output),
})
reviewView(state, session)
resultsView(state)
certificateView(state, pool)
selftestView(state, { pool, choices, app })
compareView(state, pool)
errorsView(state)

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
complete.resolve({ config, state, session, choices })

/** Load all there is to load: the engines, and then what keeps the app. */
async function loading() {
  await new Promise((loaded) => {
    pool.addEventListener('change', () => {
      if (pool.state.ready === pool.state.size) {
        loaded(undefined)
      }
    })
  })
  // a browser that keeps nothing still works
  await app.start().catch(() => {})
}
