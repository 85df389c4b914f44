import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as others } from 'node:timers/promises'
import { Agreement } from '../../js/agreement.js'
import { AT_ONCE, readAhead } from '../../js/headers.js'
import { list } from '../../js/listing.js'
import { Choices } from '../../js/settings/choices.js'
import { State } from '../../js/state.js'

const nothing = { original: '', suggestion: '' }

/** What an engine says of a source, by its path: `patient series`, or a code. */
function reply({ path }) {
  const [patient, series] = path.split(' ')
  if (!series) {
    const code = { reason: path, code: path }
    return { type: path === 'dicomdir' ? 'rejected' : 'unreadable', ...code }
  }
  const place = { patient, study: `of ${patient}`, series, modality: '', number: '' }
  const said = { study_description: nothing, series_description: nothing }
  return { type: 'glanced', place: { ...place, ...said, instances: 1 } }
}

/** A pool that reads a header whenever it is let. */
class Pool extends EventTarget {
  state = { ready: 2, size: 2, failed: false }
  read = []
  gate = Promise.resolve()
  check = async () => ({ type: 'configured' })
  derive = async () => ({ type: 'derived', key: new Uint8Array(32) })
  survey = async () => ({ type: 'unreadable' })

  async *glances(sources) {
    for (const source of sources) {
      await this.gate
      this.read.push(source.path)
      yield { source, reply: reply(source) }
    }
  }
}

function page() {
  const state = new State()
  const pool = new Pool()
  const agreement = new Agreement(state, pool, new Choices(new URLSearchParams()))
  readAhead(state, pool, () => agreement.count())
  const give = (...paths) =>
    list(
      state,
      paths.map((path) => ({ path, file: new File(['x'], path) })),
    )
  const hold = () => {
    let release = () => {}
    pool.gate = new Promise((resolve) => {
      release = () => resolve(undefined)
    })
    return release
  }
  return { state, pool, agreement, give, hold }
}

const GIVEN = ['A 1', 'A 1', 'A 2', 'B 3', 'dicomdir', 'not-dicom']

test('what there is is counted once files are listed and engines are there', async () => {
  for (const kind of ['random', 'passphrase', 'public']) {
    const { state, pool, agreement, give } = page()
    agreement.keyChoice = () => ({ kind, passphrase: '' })
    pool.derive = () => assert.fail('a key takes seconds')
    pool.state.ready = 1
    await give(...GIVEN)
    await others()
    assert.deepEqual(pool.read, [])
    pool.state.ready = 2
    pool.dispatchEvent(new Event('change'))
    await others()
    assert.deepEqual(state.contents, {
      ...{ patients: 2, studies: 2, series: 3, instances: 4 },
      odd: 1,
    })
    state.set({})
    await others()
    assert.equal(pool.read.length, GIVEN.length)
  }
})

test('counting and the review read headers once', async () => {
  const { pool, agreement, give, hold } = page()
  const release = hold()
  await give(...GIVEN)
  const progress = []
  const review = agreement.survey(true, (done) => progress.push(done))
  await others()
  release()
  const patients = await review
  assert.equal(pool.read.length, GIVEN.length)
  assert.equal(progress.at(-1), GIVEN.length)
  assert.deepEqual(
    patients.map(({ id, instances }) => [id, instances]),
    [
      ['A', 3],
      ['B', 1],
    ],
  )
  // and once more, when all is known
  assert.deepEqual(await agreement.survey(true, () => {}), patients)
  assert.equal(pool.read.length, GIVEN.length)
})

test('a review under other IDs reads headers again, and tells what there is', async () => {
  const { state, pool, agreement, give, hold } = page()
  agreement.keyChoice = () => ({ kind: 'public', passphrase: '' })
  const release = hold()
  await give(...GIVEN)
  const review = agreement.survey(true, () => {})
  await others()
  state.set({})
  release()
  assert.equal((await review).length, 2)
  assert.equal(state.contents?.instances, 4)
  await others()
  assert.ok(pool.read.length <= GIVEN.length + 1)
})

test('a run ends it, and what is not known after it is read then', async () => {
  const { state, pool, agreement, give, hold } = page()
  let release = hold()
  await give(...GIVEN)
  const review = agreement.survey(true, () => {})
  await others()
  state.set({ name: 'running' })
  release()
  assert.deepEqual(await review, [])
  assert.equal(pool.read.length, 1)
  assert.equal(state.contents, null)
  release = hold()
  state.set({ name: 'ready', cancelled: true })
  release()
  await others()
  assert.equal(state.contents?.instances, 4)
})

test('other files end it and are counted instead', async () => {
  const { state, pool, give, hold } = page()
  const release = hold()
  await give(...GIVEN)
  await give('C 4', 'C 5')
  release()
  await others()
  assert.deepEqual(pool.read.toSorted(), ['A 1', 'C 4', 'C 5'])
  assert.equal(state.contents?.series, 2)
})

test('of very many files headers are read only if that is wanted', async () => {
  const { state, pool, agreement, give } = page()
  await give(...Array.from({ length: AT_ONCE + 1 }, () => 'A 1'))
  await others()
  assert.deepEqual([pool.read, state.contents], [[], null])
  await agreement.survey(true, () => {})
  assert.equal(state.contents?.instances, AT_ONCE + 1)
})

test('each directory of several is reviewed, and what none of them lists', async () => {
  const { pool, agreement, give } = page()
  pool.survey = async ({ path }) => {
    const { place } = reply({ path: `${path[0]} 1` })
    return { type: 'surveyed', places: [{ ...place, instances: 7 }], faults: [] }
  }
  await give('A/DICOMDIR', 'B/DICOMDIR', 'A 1', 'B 1', 'C 2')
  const patients = await agreement.survey(true, () => {})
  assert.deepEqual(
    patients.map(({ instances }) => instances),
    [7, 7, 1],
  )
})
