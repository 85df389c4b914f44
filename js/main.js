/** Build the parts and wire them; hold nothing. */

import { deidentify } from './pipeline.js'
import { Pool, suitableSize } from './pool.js'
import { fromAddress } from './settings/settings.js'
import { singleSink } from './sink/single.js'
import { canPick, kept, pickedFile } from './sink/target.js'
import { zipSink } from './sink/zip.js'
import { emptyTally, State } from './state.js'
import { enginesView } from './ui/engines.js'
import { errorsView } from './ui/errors.js'
import { inspectView } from './ui/inspect.js'
import { intakeView } from './ui/intake.js'
import { optionsView } from './ui/options.js'
import { resultsView } from './ui/results.js'
import { runView } from './ui/run.js'

/**
 * @import { Found, Outcome, Reply, Sink, Source, Terms } from './shared/protocol.js'
 * @import { Mode, Problem, State as AppState } from './state.js'
 */

const ZIP_NAME = 'deidentified-study.zip'

/** Milliseconds between two looks at what is going on. */
const TICK = 200

const parameters = new URLSearchParams(location.search)
const direct = canPick() && parameters.get('output') !== 'download'

const dicomdir = parameters.get('dicomdir') !== 'false'

const { settings, refused } = fromAddress(parameters)

const state = new State()
const pool = new Pool(new URL('../workers/engine.js', import.meta.url), poolSize())
let abort = new AbortController()

enginesView(pool)
intakeView(state, { choose, take })
const options = optionsView(state, settings, refused)
runView(state, { process, cancel: () => abort.abort(), destination })
resultsView(state)
errorsView(state)
inspectView(state, { load: inspect })
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

/** Run. Called while a click is handled, which lets it ask where to save. */
async function process() {
  const opened = await open()
  if (!opened) {
    return
  }
  const { sink, savedAs } = opened
  abort = new AbortController()
  const tally = emptyTally()
  const started = performance.now()
  let name = ZIP_NAME
  state.set({ name: 'running', tally, started, result: null, savedAs })
  state.set({ failure: '', refusal: '' })
  const ticker = setInterval(() => state.set({}), TICK)

  /** @type {(outcome: Outcome, written: boolean) => void} */
  const report = ({ source, reply }, written) => {
    add(tally, source, reply, written)
    if (state.mode === 'single' && reply.type === 'deidentified') {
      name = `${reply.name.split('/').pop()}.dcm`
    }
  }
  /** @type {Partial<AppState>} */
  let end
  try {
    const { signal } = abort
    const agreed = await terms().catch(async (refusal) => {
      await sink.abort().catch(() => {})
      throw refusal
    })
    const { sources } = state
    const directory = sink.form === 'member' && dicomdir
    const run = { sources, pool, sink, terms: agreed, directory, signal, report }
    const blob = await deidentify(run)
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

/**
 * Open what the result goes to.
 *
 * @returns {Promise<{ sink: Sink, savedAs: string } | null>}  null if the user has
 *   dismissed the question where
 */
async function open() {
  if (state.mode === 'single') {
    return { sink: singleSink(), savedAs: '' }
  }
  if (!direct) {
    return { sink: zipSink(await kept()), savedAs: '' }
  }
  try {
    const target = await pickedFile(ZIP_NAME)
    return { sink: zipSink(target), savedAs: target.name }
  } catch {
    return null
  }
}

/**
 * Agree on settings and key, before any source is opened.
 *
 * @returns {Promise<Terms>}
 */
async function terms() {
  const agreed = { settings: JSON.stringify(settings), key: await key() }
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

/**
 * Look at a source under the settings and the key of a run; a random key is another one
 * each time.
 *
 * @param {Source} source
 * @returns {Promise<Reply>}
 */
async function inspect(source) {
  const agreed = { settings: JSON.stringify(settings), key: await key() }
  return pool.inspect(source, agreed)
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
  if (error instanceof Refusal) {
    return error.message
  }
  const full = error instanceof DOMException && error.name === 'QuotaExceededError'
  return full ? 'storage-full' : 'output-failed'
}

function destination() {
  if (state.mode === 'single') {
    return 'Gives one .dcm file to download'
  }
  return direct
    ? 'Asks where to save the ZIP, and writes it there'
    : 'Keeps the ZIP in this browser until you download it'
}
