import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { lookedInto, sizeOf } from '../../js/source/archive.js'

const folder = mkdtempSync(join(tmpdir(), 'cordon-'))
after(() => rmSync(folder, { recursive: true }))

/** Let Python make an archive; `z` is open to be written. */
function archive(lines, name = 'in.zip') {
  const path = join(folder, name)
  const code = `import struct, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w", 8) as z:\n  ${lines.join('\n  ')}`
  const { stderr } = spawnSync('python3', ['-W', 'ignore', '-c', code, path])
  assert.equal(stderr.toString(), '')
  return readFileSync(path)
}

function found(path, bytes) {
  return { path, file: new File([bytes], path.split('/').pop()) }
}

async function looked(...given) {
  const all = []
  for await (const one of lookedInto(given)) {
    all.push(one)
  }
  return all
}

const paths = (all) => all.map(({ path }) => path)

test('members stand in the place of an archive, files stay as they are', async () => {
  const zip = archive(['z.writestr("a/b", b"one" * 99)', 'z.writestr("c", b"")'])
  const all = await looked(
    found('top/x', 'no'),
    found('top/in.ZIP', zip),
    found('top/y', ''),
  )
  assert.deepEqual(paths(all), ['top/x', 'top/in.ZIP/a/b', 'top/in.ZIP/c', 'top/y'])
  assert.equal(all[0].packed, undefined)
  const { file, packed } = all[1]
  assert.equal(file.size, zip.length)
  assert.equal(packed.size, 297)
  assert.equal(packed.method, 8)
  assert.ok(packed.packed < 20)
  assert.deepEqual(all.map(sizeOf), [2, 297, 0, 0])
})

test('a file that is given alone may be an archive of any name', async () => {
  const zip = archive(['z.writestr("a", b"one")'])
  assert.deepEqual(paths(await looked(found('study', zip))), ['study/a'])
  const two = await looked(found('study', zip), found('b', 'x'))
  assert.deepEqual(paths(two), ['study', 'b'])
  assert.deepEqual(paths(await looked(found('study', 'PK?'))), ['study'])
})

test('folders are no members, and an archive inside an archive is one', async () => {
  const zip = archive(['z.writestr("d/", b"")', 'z.writestr("d/in.zip", b"PK")'])
  assert.deepEqual(paths(await looked(found('a.zip', zip))), ['a.zip/d/in.zip'])
})

test('names are taken as they are, and none is refused', async () => {
  const names = ['../../up', '/root', 'C:\\x', 'a\\u0007b', '日本', 'a', 'a', '<b>']
  const zip = archive(
    names.map((name) => `z.writestr("${name.replace(/\\x/, '\\\\x')}", b"x")`),
  )
  const all = await looked(found('in.zip', zip))
  assert.equal(all.length, names.length)
  assert.equal(all[0].path, 'in.zip/../../up')
  assert.equal(all[4].path, 'in.zip/日本')
})

test('a name that is no text does not cost the archive', async () => {
  const zip = archive(['z.writestr("ä", b"x")'])
  for (let at = zip.indexOf('ä'); at !== -1; at = zip.indexOf('ä')) {
    zip.write('\xff\xff', at, 'latin1')
  }
  const all = await looked(found('in.zip', zip))
  assert.equal(all.length, 1)
  assert.ok(all[0].file)
})

test('what cannot be listed is one problem with a code', async () => {
  const zip = archive(['z.writestr("a", b"one")'])
  for (const bytes of ['', 'no archive', zip.subarray(0, -30), zip.subarray(60)]) {
    const all = await looked(found('in.zip', bytes), found('b', 'x'))
    assert.deepEqual(all[0], { path: 'in.zip', file: null, code: 'archive-malformed' })
    assert.deepEqual(paths(all), ['in.zip', 'b'])
  }
})

test('a file that could not be opened stays what it is', async () => {
  const lost = { path: 'in.zip', file: null }
  assert.deepEqual(await looked(lost), [lost])
})

test('an archive behind a program is found where it is', async () => {
  const zip = archive(['z.writestr("a", b"one")'])
  const all = await looked(found('in.zip', Buffer.concat([Buffer.alloc(999), zip])))
  assert.equal(all[0].packed.offset, 999)
})

test('members that share bytes are marked, others are not', async () => {
  const make = [
    'z.writestr("a", b"one" * 99)',
    'z.writestr("b", b"x")',
    'z.writestr("c", b"y")',
  ]
  const zip = archive(make)
  const second = zip.indexOf('PK\x01\x02', zip.indexOf('PK\x01\x02') + 1, 'latin1')
  const marks = async () =>
    (await looked(found('in.zip', zip))).map(({ packed }) => packed.overlaps)
  assert.deepEqual(await marks(), [false, false, false])
  zip.writeUInt32LE(0, second + 42)
  assert.deepEqual(await marks(), [true, true, false])
  zip.writeUInt32LE(3, second + 42)
  assert.deepEqual(await marks(), [false, true, false])
})

test('an encrypted member is marked', async () => {
  const zip = archive(['z.writestr("a", b"one")'])
  zip[zip.indexOf('PK\x01\x02', 0, 'latin1') + 8] |= 1
  const [{ packed }] = await looked(found('in.zip', zip))
  assert.equal(packed.encrypted, true)
})

test('sizes beyond four gigabytes are told', async () => {
  const zip = archive([
    'i = zipfile.ZipInfo("a")',
    'with z.open(i, "w", force_zip64=True) as m: m.write(b"one")',
    'i.file_size = i.compress_size = 5_000_000_000',
  ])
  const [{ packed }] = await looked(found('in.zip', zip))
  assert.equal(packed.size, 5_000_000_000)
})

test('many members are listed quickly, and something else may happen meanwhile', async () => {
  const zip = archive(['for i in range(100_000): z.writestr(f"{i % 9}/{i}", b"")'])
  let ticks = 0
  const ticker = setInterval(() => ticks++, 1)
  const all = await looked(found('in.zip', zip))
  clearInterval(ticker)
  assert.equal(all.length, 100_000)
  assert.ok(ticks > 20, `${ticks}`)
})
