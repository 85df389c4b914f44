import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { crc32, deflateRawSync } from 'node:zlib'
import { zipSink } from '../../js/sink/zip.js'

const folder = mkdtempSync(join(tmpdir(), 'cordon-'))
after(() => rmSync(folder, { recursive: true }))

function fileTarget(path) {
  const stream = createWriteStream(path)
  return {
    write: (bytes) =>
      new Promise((resolve, reject) =>
        stream.write(Buffer.from(bytes), (error) =>
          error ? reject(error) : resolve(),
        ),
      ),
    close: () => new Promise((resolve) => stream.end(() => resolve(null))),
    abort: async () => stream.destroy(),
  }
}

/** An instance as an engine gives it. */
function instance(name, content, method = 8) {
  const plain = Buffer.from(content)
  const data = method ? deflateRawSync(plain) : plain
  const member = { method, size: plain.length, crc32: crc32(plain), data }
  return { type: 'deidentified', name, member }
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
  const sink = zipSink(fileTarget(path))
  assert.equal(sink.form, 'member')
  assert.ok(
    await sink.add(null, instance('DICOM/PT000001/IM000001', 'one '.repeat(999))),
  )
  assert.ok(await sink.add(null, instance('DICOM/PT000001/IM000002', 'two', 0)))
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
  const sink = zipSink(fileTarget(path))
  await sink.add(null, instance('A', 'one'))
  await sink.add(null, instance('B', 'two', 0))
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
  const sink = zipSink(fileTarget(path))
  const placed = []
  for (const content of ['one', 'one', 'two', 'two']) {
    placed.push(await sink.add(null, instance('DICOM/IM000001', content)))
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
  const sink = zipSink(fileTarget(path))
  for (let number = 0; number < 66_000; number++) {
    await sink.add(null, instance(`DICOM/${number}`, `${number}`, 0))
  }
  await sink.close()
  const told = '[len(archive.namelist()), archive.read("DICOM/65999").decode()]'
  assert.deepEqual(python(path, told), [66_000, '65999'])
})
