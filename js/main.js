/** Build the parts and wire them; hold nothing. */

import { deidentify, KEEP } from './pipeline.js'
import { Pool, suitableSize } from './pool.js'
import { fromAddress } from './settings/settings.js'
import { ask, chosen, open, PlaceError } from './sink/choose.js'
import { openJournals, resume } from './sink/journal.js'
import { singleSink } from './sink/single.js'
import { emptyTally, State } from './state.js'
import { enginesView } from './ui/engines.js'
import { errorsView } from './ui/errors.js'
import { intakeView } from './ui/intake.js'
import { optionsView } from './ui/options.js'
import { resultsView } from './ui/results.js'
import { runView } from './ui/run.js'

/**
 * @import { Found, Outcome, Reply, Source, Terms } from './shared/protocol.js'
 * @import { Place } from './sink/choose.js'
 * @import { Journal } from './sink/journal.js'
 * @import { ZipSettings } from './sink/members.js'
 * @import { Mode, Problem, State as AppState } from './state.js'
 */

const ZIP_NAME = 'deidentified-study.zip'

/** Milliseconds between two looks at what is going on. */
const TICK = 200

const parameters = new URLSearchParams(location.search)
const { output, zip } = chosen(parameters)

const dicomdir = parameters.get('dicomdir') !== 'false'

const { settings, refused } = fromAddress(parameters)

const state = new State()
const pool = new Pool(new URL('../workers/engine.js', import.meta.url), poolSize())
let abort = new AbortController()

enginesView(pool)
intakeView(state, { choose, take })
const options = optionsView(state, settings, refused)
runView(state, { process, cancel, destination })
resultsView(state)
errorsView(state)
state.addEventListener('change', () => {
  document.documentElement.dataset.state = state.name
})
state.set({})

function poolSize() {
  const asked = Number(parameters.get('workers'))
  return Number.isInteger(asked) && asked > 0 ? asked : suitableSize()
}

/** @param {Mode} mode */
function choose(mode) {
  if (mode === 'single' && state.sources.length > 1) {
    state.set({ name: 'idle', mode, sources: [], bytes: 0 })
  } else {
    state.set({ mode })
  }
}

/**
 * List what the user gave. Nothing is read yet.
 *
 * @param {AsyncIterable<Found> | Iterable<Found>} given
 */
async function take(given) {
  /** @type {Source[]} */
  const sources = []
  let bytes = 0
  state.set({ listing: true, sources, bytes })
  const ticker = setInterval(() => state.set({ bytes }), TICK)
  for await (const source of given) {
    sources.push({ ...source, number: sources.length + 1 })
    bytes += source.file?.size ?? 0
  }
  clearInterval(ticker)
  state.set({
    name: sources.length ? 'ready' : 'idle',
    mode: sources.length > 1 ? 'study' : state.mode,
    listing: false,
    bytes,
  })
}

/** Stop; what is finished is kept if the address asks for that. */
function cancel() {
  abort.abort(parameters.get('keep') === 'true' ? KEEP : undefined)
}

/** Run. Called while a click is handled, which lets it ask where to save. */
async function process() {
  const single = state.mode === 'single'
  const asked = single ? 'download' : output
  const place = await ask(asked, ZIP_NAME).catch(() => null)
  if (!place) {
    return
  }
  abort = new AbortController()
  const tally = emptyTally()
  const started = performance.now()
  /** @type {Map<Source, number>} */
  const underway = new Map()
  let name = ZIP_NAME
  state.set({ name: 'running', tally, started, result: null, savedAs: place.name })
  state.set({ failure: '', refusal: '', underway: 0 })
  const ticker = setInterval(() => state.set({ underway: sum(underway) }), TICK)

  /** @type {(outcome: Outcome, written: boolean) => void} */
  const report = ({ source, reply }, written) => {
    underway.delete(source)
    add(tally, source, reply, written)
    if (single && reply.type === 'deidentified') {
      name = `${reply.name.split('/').pop()}.dcm`
    }
  }
  const progress = (/** @type {Source} */ source, /** @type {number} */ bytes) => {
    underway.set(source, (underway.get(source) ?? 0) + bytes)
  }
  /** @type {Partial<AppState>} */
  let end
  try {
    const { signal } = abort
    const { sources } = state
    const opened = await opening(place)
    const run = { ...opened, sources, pool, signal, report, progress }
    const blob = await deidentify(run)
    if (!tally.written) {
      signal.throwIfAborted()
    }
    end = tally.written
      ? { name: 'done', result: blob && { blob, name } }
      : { name: 'failed', failure: pool.state.failed ? 'no-engine' : 'nothing-written' }
  } catch (error) {
    end = abort.signal.aborted
      ? { name: 'ready', tally: emptyTally() }
      : { name: 'failed', failure: cause(error) }
  }
  clearInterval(ticker)
  state.set({ ...end, stopped: performance.now() })
}

/** @param {Map<Source, number>} underway */
function sum(underway) {
  return [...underway.values()].reduce((all, bytes) => all + bytes, 0)
}

/**
 * Agree on terms and open what the result goes to.
 *
 * @param {Place} place
 */
async function opening(place) {
  if (state.mode === 'single') {
    return {
      terms: await terms(JSON.stringify(settings)),
      sink: singleSink(),
      directory: false,
    }
  }
  const continued = await continuing()
  try {
    const agreed = await terms(
      continued?.head.settings ?? JSON.stringify(settings),
      continued,
    )
    const choice = continued?.head.options ?? { dicomdir, zip }
    const { sink, journal } = await open(place, {
      pack: (file, segments, level) => pool.pack(file, segments, level),
      zip: /** @type {ZipSettings} */ (choice.zip),
      bytes: state.bytes,
      overwrite: false,
      plan: { ...agreed, random: options.key().kind === 'random', options: choice },
      ...(continued && { journal: continued }),
    })
    const memory = journal?.memory(sink.has?.bind(sink))
    return {
      terms: agreed,
      sink,
      directory: Boolean(choice.dicomdir),
      ...(memory && { memory }),
    }
  } catch (error) {
    await continued?.leave().catch(() => {})
    await place.target?.abort().catch(() => {})
    throw error
  }
}

/** The run that ended with its page, if the address asks to continue it. */
async function continuing() {
  const [last] = parameters.has('resume') ? await openJournals() : []
  return last && resume(last.id)
}

/**
 * Agree on settings and key, before any source is opened.
 *
 * @param {string} asked  settings
 * @param {Journal} [continued]
 * @returns {Promise<Terms>}
 */
async function terms(asked, continued) {
  const agreed = { settings: asked, key: continued?.key ?? (await key()) }
  if (continued && !(await continued.agrees(agreed.key))) {
    throw new Refusal('key-differs')
  }
  const reply = await pool.check(agreed)
  if (reply.type === 'refused') {
    state.set({ refusal: `${reply.setting}: ${reply.reason}` })
    throw new Refusal('settings-refused')
  }
  return agreed
}

/** @returns {Promise<Uint8Array>} */
async function key() {
  const { kind, passphrase } = options.key()
  if (kind === 'random') {
    return crypto.getRandomValues(new Uint8Array(32))
  }
  if (kind === 'passphrase' && !passphrase.trim()) {
    throw new Refusal('no-passphrase')
  }
  const reply = await pool.derive(kind === 'public' ? '' : passphrase)
  if (reply.type !== 'derived') {
    throw new Refusal('no-engine')
  }
  return reply.key
}

/** Why a run cannot begin: a code. */
class Refusal extends Error {}

/**
 * @param {AppState['tally']} tally
 * @param {Source} source
 * @param {Reply} reply
 * @param {boolean} written
 */
function add(tally, { number, path, file }, reply, written) {
  tally.files++
  tally.bytes += file?.size ?? 0
  if (reply.type !== 'deidentified') {
    tally.problems.push({ number, path, ...explain(reply) })
    return
  }
  if (!written) {
    tally.duplicates++
    return
  }
  tally.written++
  for (const [code, count] of Object.entries(reply.row.counts)) {
    tally.counts[code] = (tally.counts[code] ?? 0) + count
  }
  for (const { code, place } of reply.row.notes) {
    tally.notes[code] ??= { instances: 0, places: new Set() }
    tally.notes[code].instances++
    tally.notes[code].places.add(place)
  }
}

/**
 * @param {Reply} reply
 * @returns {Pick<Problem, 'code' | 'offset' | 'place'>}
 */
function explain(reply) {
  switch (reply.type) {
    case 'unreadable':
      return { code: reply.code, offset: reply.offset, place: '' }
    case 'rejected':
      return {
        code: reply.reason,
        offset: null,
        place: reply.notes
          .map(({ code, place }) => `${code.replace(`${reply.reason}-`, '')} ${place}`)
          .join(', '),
      }
    case 'failed':
      return {
        code: 'engine-error',
        offset: null,
        place: `${reply.error} ${reply.where}`,
      }
    default:
      return { code: 'engine-error', offset: null, place: reply.type }
  }
}

/** @param {unknown} error */
function cause(error) {
  if (error instanceof Refusal || error instanceof PlaceError) {
    return error.message
  }
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return full ? 'storage-full' : 'output-failed'
}

function destination() {
  if (state.mode === 'single') {
    return 'Gives one .dcm file to download'
  }
  return {
    zip: 'Asks where to save the ZIP, and writes it there',
    folder: 'Asks for a folder, and writes the files there',
    storage: 'Keeps the ZIP in this browser until you download it',
    download: 'Keeps the ZIP in this page until you download it',
  }[output]
}
