import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderSink, hasOtherResults } from '../../js/sink/folder.js'
import { Folder } from './folders.js'

const JOB = { signal: new AbortController().signal, progress: () => {}, mark: 'm' }

/** Sums up as the engines do, well enough to tell these instances apart. */
async function* pack(file, segments) {
  for (const { start, stop } of segments) {
    const text = await file.slice(start, stop).text()
    yield {
      size: text.length,
      crc32: [...text].reduce((a, b) => a + b.charCodeAt(), 0),
      data: new Uint8Array(),
    }
  }
}

function journalOf(finished = []) {
  const done = []
  return {
    ...{ finished, done },
    note: async (line) => done.push(JSON.parse(line)),
    end: async () => done.push('end'),
    drop: async () => done.push('drop'),
    leave: async () => done.push('leave'),
  }
}

function put(sink, name, text) {
  const segments = [{ start: 0, stop: text.length }]
  return sink.add(new File([text], ''), { name, segments, entry: '', row: {} }, JOB)
}

/** What was there before: a file, an equal one, and a folder with nothing in it. */
function before() {
  return new Folder({
    mine: 'mine',
    DICOM: new Folder({ PT1: new Folder({ IM1: 'equal' }), PT2: new Folder() }),
  })
}

test('what a cancelled run has written is taken away, and nothing else', async () => {
  const root = before()
  const sink = folderSink(root, pack, journalOf())
  await put(sink, 'DICOM/PT1/IM1', 'equal')
  await put(sink, 'DICOM/PT1/IM2', 'new')
  await put(sink, 'DICOM/PT2/IM1', 'new')
  await put(sink, 'DICOM/PT3/ST1/IM1', 'new')
  await sink.attach('_errors.txt', new TextEncoder().encode('errors'))
  assert.equal(Object.keys(root.tree).length, 11)
  await sink.abort()
  assert.deepEqual(root.tree, before().tree)
})

test('so is what an earlier page of the run has written', async () => {
  const root = before()
  const first = journalOf()
  const sink = folderSink(root, pack, first)
  await put(sink, 'DICOM/PT1/IM1', 'equal')
  await put(sink, 'DICOM/PT3/IM1', 'new')
  await put(sink, 'DICOM/PT4/IM1', 'new')
  const { content } = root.content.get('DICOM').content.get('PT4')
  content.set('IM1', 'changed since')
  await folderSink(root, pack, journalOf(first.done)).abort()
  const kept = { 'DICOM/PT4/': '', 'DICOM/PT4/IM1': 'changed since' }
  assert.deepEqual(root.tree, { ...before().tree, ...kept })
})

test('what a browser that died was writing does not stay beside the result', async () => {
  const root = new Folder()
  const first = journalOf()
  await put(folderSink(root, pack, first), 'A/IM1', 'one')
  const { content } = root.content.get('A')
  content.set('IM2', '').set('IM2.crswap', 'tw').set('mine.crswap', 'mine')
  await put(folderSink(root, pack, journalOf(first.done)), 'A/IM2', 'two')
  const found = { 'A/IM1': 'one', 'A/IM2': 'two', 'A/mine.crswap': 'mine' }
  assert.deepEqual(root.tree, { 'A/': '', ...found })
})

test('what comes once a run is cancelled is not written', async () => {
  const root = new Folder()
  const sink = folderSink(root, pack, journalOf())
  await put(sink, 'A/IM1', 'one')
  await Promise.all([sink.abort(), assert.rejects(put(sink, 'A/IM2', 'two'))])
  await assert.rejects(put(sink, 'A/IM3', 'three'), { name: 'AbortError' })
  assert.deepEqual(root.tree, {})
})

test('a run to a folder that is full is left for another page', async () => {
  const root = new Folder()
  const journal = journalOf()
  const sink = folderSink(root, pack, journal)
  await put(sink, 'IM1', 'one')
  root.full = true
  await assert.rejects(put(sink, 'IM2', 'two'), { name: 'QuotaExceededError' })
  assert.ok(await sink.leave())
  assert.deepEqual(root.tree, { IM1: 'one' })
  assert.equal(journal.done.at(-1), 'leave')
})

test('what is about to be noted is waited for when a run is left', async () => {
  const journal = journalOf()
  const { note } = journal
  let begun = () => {}
  const noting = new Promise((resolve) => {
    begun = resolve
  })
  journal.note = async (line) => {
    begun()
    await new Promise((resolve) => setTimeout(resolve, 20))
    return note(line)
  }
  const sink = folderSink(new Folder(), pack, journal)
  const putting = put(sink, 'IM1', 'one')
  await noting
  assert.ok(await sink.leave())
  assert.equal(await putting, 'IM1')
  assert.deepEqual([journal.done[0].name, journal.done[1]], ['IM1', 'leave'])
})

test('a run of which nothing is noted cannot be continued', async () => {
  const broken = { ...journalOf(), note: () => Promise.reject(new Error('full')) }
  for (const journal of [undefined, broken]) {
    const sink = folderSink(new Folder(), pack, journal)
    await put(sink, 'IM1', 'one')
    assert.equal(await sink.leave(), false)
  }
})

test('a file of our own takes no other one’s place', async () => {
  const root = new Folder({ '_errors.txt': 'mine', '_errors-2.txt': 'mine too' })
  const sink = folderSink(root, pack)
  const bytes = new TextEncoder().encode('errors')
  assert.equal(await sink.attach('_errors.txt', bytes), '_errors-3.txt')
  assert.equal(root.content.get('_errors.txt'), 'mine')
  assert.equal(root.content.get('_errors-3.txt'), 'errors')
})

test('a run is not continued over the results of another one', async () => {
  const ours = [
    { name: 'DICOM/PT7/IM1', size: 3 },
    { name: 'DICOM/PT1/IM1', size: 5 },
  ]
  const root = before()
  assert.equal(await hasOtherResults(root), false)
  assert.equal(await hasOtherResults(root, ours), false)
  root.content.set('DICOMDIR', 'directory')
  assert.equal(await hasOtherResults(root), true)
  assert.equal(await hasOtherResults(root, ours.slice(0, 1)), true)
  assert.equal(await hasOtherResults(root, [{ name: 'DICOM/PT1/IM1', size: 6 }]), true)
  assert.equal(await hasOtherResults(root, ours), false)
})
