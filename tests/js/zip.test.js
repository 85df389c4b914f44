import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { constants, crc32, deflateRawSync } from 'node:zlib'
import { assemble, parts, sizeOf } from '../../js/shared/segments.js'
import { Unplaced } from '../../js/shared/unplaced.js'
import { memory } from '../../js/sink/target.js'
import { continuedZipSink, zipSink } from '../../js/sink/zip.js'
import { fileTarget, instance, JOB } from './zipping.js'

const folder = mkdtempSync(join(tmpdir(), 'cordon-'))
after(() => rmSync(folder, { recursive: true }))

/** Packs as the engines do. */
async function* pack(file, segments, level) {
  for (const part of parts(segments, 1 << 22)) {
    const plain = Buffer.from(await assemble(file, part.segments).arrayBuffer())
    const { Z_FINISH, Z_SYNC_FLUSH } = constants
    const finishFlush = part.last ? Z_FINISH : Z_SYNC_FLUSH
    yield {
      type: 'packed',
      size: plain.length,
      crc32: crc32(plain),
      data: level ? deflateRawSync(plain, { level, finishFlush }) : plain,
    }
  }
}

/** An instance as an engine plans it: a new header, and the rest of the source. */
function planned(name, file, method) {
  const segments = [Buffer.from('new header'), { start: 100, stop: file.size }]
  return { type: 'deidentified', name, method, segments }
}

async function sumOf(file, { segments }) {
  return crc32(Buffer.from(await assemble(file, segments).arrayBuffer()))
}

/** Let Python say something about an archive. */
function python(path, expression) {
  const code = `import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    print(json.dumps(${expression}))`
  const { stdout, stderr } = spawnSync('python3', ['-c', code, path])
  assert.equal(stderr.toString(), '')
  return JSON.parse(stdout)
}

test('members are read back by another program', async () => {
  const path = join(folder, 'members.zip')
  const sink = zipSink(fileTarget(path), pack)
  assert.deepEqual(sink.form, { level: 1, again: false, elsewhere: false })
  assert.ok(
    await sink.add(null, instance('DICOM/PT000001/IM000001', 'one '.repeat(999)), JOB),
  )
  assert.ok(await sink.add(null, instance('DICOM/PT000001/IM000002', 'two', 0), JOB))
  await sink.close()
  assert.equal(python(path, 'archive.testzip()'), null)
  assert.deepEqual(
    python(path, '{n: archive.read(n).decode() for n in archive.namelist()}'),
    {
      'DICOM/PT000001/IM000001': 'one '.repeat(999),
      'DICOM/PT000001/IM000002': 'two',
    },
  )
})

test('members tell no time, and their sizes stand before them', async () => {
  const path = join(folder, 'headers.zip')
  const sink = zipSink(fileTarget(path), pack)
  await sink.add(null, instance('A', 'one'), JOB)
  await sink.add(null, instance('B', 'two', 0), JOB)
  await sink.close()
  const told = '[[i.date_time, i.flag_bits, len(i.extra)] for i in archive.infolist()]'
  for (const [time, flags, extra] of python(path, told)) {
    assert.deepEqual(time, [1980, 1, 1, 0, 0, 0])
    assert.equal(flags & 8, 0, 'no data descriptor')
    assert.equal(extra, 0)
  }
})

test('the same instance is placed once, another of its name beside it', async () => {
  const path = join(folder, 'twice.zip')
  const sink = zipSink(fileTarget(path), pack)
  const placed = []
  for (const content of ['one', 'one', 'two', 'two']) {
    placed.push(await sink.add(null, instance('DICOM/IM000001', content), JOB))
  }
  await sink.close(Buffer.from('directory'))
  const names = python(path, 'archive.namelist()')
  assert.deepEqual(names, [placed[0], placed[2], 'DICOMDIR'])
  assert.deepEqual([placed[1], placed[3]], [null, null])
  assert.match(names[1], /^DICOM\/I[0-9A-Z]{7}$/)
  assert.equal(python(path, 'archive.read(archive.namelist()[1]).decode()'), 'two')
})

test('more members than a plain archive can count', { timeout: 300_000 }, async () => {
  const path = join(folder, 'many.zip')
  // what a test does is watched, which takes longer than to do it
  const worker = new Worker(new URL('zip-many.js', import.meta.url), {
    workerData: { path, count: 66_000 },
  })
  const [code] = await once(worker, 'exit')
  assert.equal(code, 0)
  const told = '[len(archive.namelist()), archive.read("DICOM/65999").decode()]'
  assert.deepEqual(python(path, told), [66_000, '65999'])
})

test('a member takes little memory once it is placed', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const heap = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const sink = zipSink(memory(), pack)
  const add = async (from, to) => {
    for (let number = from; number < to; number++) {
      await sink.add(null, instance(`DICOM/PT000001/IM${number}`, 'one'), JOB)
    }
  }
  await add(100_000, 101_000)
  const before = heap()
  await add(101_000, 106_000)
  const each = (heap() - before) / 5000
  assert.ok(each < 3000, `${each} bytes`)
  await sink.close()
})

const MEGA = 1 << 20

/** 20 MB that deflate to about a half. */
function giant(seed = 1) {
  const data = new Uint8Array(20 * MEGA)
  for (let at = 0, state = seed; at < data.length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    data[at] = at % 2 ? state >>> 24 : 7
  }
  return new File([data], '')
}

for (const codec of ['fast', 'store', 'native', 'software']) {
  test(`giants and small ones open again, by ${codec}`, async () => {
    const path = join(folder, `${codec}.zip`)
    const settings = { codec, level: 3, workers: false, again: false }
    const sink = zipSink(fileTarget(path), pack, settings)
    const told = []
    const progress = (bytes) => told.push(bytes)
    const expected = {}
    const adding = []
    const small = new File(['x'.repeat(5000)], '')
    for (const [number, [file, method]] of [
      [small, 8],
      [giant(1), 8],
      [small, 8],
      [giant(2), 0],
      [small, 8],
    ].entries()) {
      const plan = planned(`DICOM/${number}`, file, codec === 'store' ? 0 : method)
      expected[plan.name] = [sizeOf(plan.segments), await sumOf(file, plan)]
      if (file === small && !sink.form.elsewhere) {
        const content = Buffer.from(await assemble(file, plan.segments).arrayBuffer())
        adding.push(sink.add(null, instance(plan.name, content, 8), JOB))
      } else {
        adding.push(sink.add(file, plan, { ...JOB, progress }))
      }
    }
    await Promise.all(adding)
    await sink.close(Buffer.from('directory'))
    assert.equal(python(path, 'archive.testzip()'), null)
    const found = python(
      path,
      '{i.filename: [i.file_size, i.CRC, i.compress_type, i.flag_bits & 8] for i in archive.infolist()}',
    )
    for (const [name, identity] of Object.entries(expected)) {
      assert.deepEqual(found[name].slice(0, 2), identity)
      const [, , method, descriptor] = found[name]
      assert.ok(method === 8 || !descriptor, 'no data descriptor after stored members')
    }
    assert.equal(found['DICOM/1'][2], codec === 'store' ? 0 : 8)
    assert.equal(found['DICOM/3'][2], 0)
    assert.ok(told.length > 8)
    for (const judge of [
      ['7z', 't', path],
      ['unzip', '-tq', path],
    ]) {
      const { status, stdout, error } = spawnSync(judge[0], judge.slice(1))
      assert.ok(error || status === 0, `${judge[0]}: ${stdout}`)
    }
  })
}

test('the same instance is placed once whoever deflates it', async () => {
  const path = join(folder, 'twice-elsewhere.zip')
  const settings = { codec: 'software', level: 1, workers: false, again: false }
  const sink = zipSink(fileTarget(path), pack, settings)
  const files = ['one', 'one', 'two', 'two'].map(
    (text) => new File([' '.repeat(100) + text], ''),
  )
  const placed = await Promise.all(
    files.map((file) => sink.add(file, planned('DICOM/IM000001', file, 8), JOB)),
  )
  await sink.close()
  assert.equal(placed.filter((name) => name === null).length, 2)
  assert.deepEqual(
    python(path, 'archive.namelist()'),
    placed.filter((name) => name !== null),
  )
})

/** Packs a part, then fails. */
async function* failing(file, segments, level) {
  for await (const part of pack(file, segments, level)) {
    yield part
    throw new Unplaced({ type: 'unreadable', code: 'source-lost', offset: 0 })
  }
}

for (const method of [0, 8]) {
  test(`a giant that cannot be finished leaves nothing, method ${method}`, async () => {
    const path = join(folder, `unfinished${method}.zip`)
    let how = failing
    const target = fileTarget(path)
    const sink = zipSink(target, (...asked) => how(...asked))
    await sink.add(null, instance('DICOM/A', 'before'), JOB)
    const file = giant()
    const plan = planned('DICOM/B', file, method)
    await assert.rejects(sink.add(file, plan, JOB), Unplaced)
    how = pack
    assert.equal(await sink.add(file, plan, JOB), 'DICOM/B')
    await sink.add(null, instance('DICOM/C', 'after'), JOB)
    await sink.close()
    assert.equal(python(path, 'archive.testzip()'), null)
    assert.deepEqual(python(path, 'archive.namelist()'), [
      'DICOM/A',
      'DICOM/B',
      'DICOM/C',
    ])
    const ends = `[i.header_offset + 30 + len(i.filename) + len(i.extra) + i.compress_size
      + (16 if i.flag_bits & 8 else 0) for i in archive.infolist()]`
    const begins = python(path, '[i.header_offset for i in archive.infolist()]')
    assert.deepEqual(python(path, ends).slice(0, 2), begins.slice(1), 'no gaps')
  })
}

/** A journal as far as an archive tells it something. */
function journalOf(lines) {
  return {
    finished: lines.map((line) => JSON.parse(line)),
    forget: () => {},
  }
}

for (const codec of ['fast', 'software']) {
  test(`an archive is continued where its journal ends, by ${codec}`, async () => {
    const path = join(folder, `continued-${codec}.zip`)
    const settings = { codec, level: 3, workers: false, again: false }
    let text = ''
    const first = fileTarget(path)
    const { write } = first
    first.write = async (bytes, lines) => {
      await write(bytes)
      text += lines
    }
    const sink = zipSink(first, pack, settings, journalOf([]))
    const file = giant()
    const planOf = (number, method) => planned(`DICOM/${number}`, file, method)
    const all = [
      (into) => into.add(null, instance('DICOM/0', 'zero'), JOB),
      (into) => into.add(file, planOf(1, 8), JOB),
      (into) => into.add(null, instance('DICOM/2', 'two', 0), JOB),
      (into) => into.add(file, planOf(3, 0), JOB),
      (into) => into.add(file, planOf(4, 8), JOB),
    ]
    for (const add of all.slice(0, 4)) {
      await add(sink)
    }
    await first.close()
    const lines = text.split('\n').filter(Boolean)
    assert.ok(lines.length >= 2)

    const handle = await open(path, 'r+')
    let at = 0
    const second = {
      write: async (bytes) => {
        await handle.write(bytes, 0, bytes.length, at)
        at += bytes.length
      },
      patch: (place, bytes) => handle.write(bytes, 0, bytes.length, place),
      truncate: async (size) => {
        at = size
        await handle.truncate(size)
      },
      close: () => handle.close(),
    }
    let seen = 0
    const told = { ...JOB, progress: (bytes) => (seen += bytes) }
    const journal = journalOf(lines)
    const stopped = { ...JOB, signal: AbortSignal.abort() }
    await assert.rejects(continuedZipSink(second, pack, settings, journal, stopped), {
      name: 'AbortError',
    })
    assert.equal(at, 0)
    const rest = await continuedZipSink(second, pack, settings, journal, told)
    const sizes = journal.finished.map(({ size }) => size)
    assert.equal(
      seen,
      sizes.reduce((sum, size) => sum + size),
    )
    for (const [number, add] of all.entries()) {
      const name = number < lines.length ? null : `DICOM/${number}`
      assert.equal(await add(rest), name)
    }
    await rest.close(Buffer.from('directory'))
    assert.equal(python(path, 'archive.testzip()'), null)
    assert.deepEqual(python(path, 'archive.namelist()'), [
      ...[0, 1, 2, 3, 4].map((number) => `DICOM/${number}`),
      'DICOMDIR',
    ])
    const { status, error } = spawnSync('7z', ['t', path])
    assert.ok(error || status === 0)
  })
}
