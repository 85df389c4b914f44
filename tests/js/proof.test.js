import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { exportKey, generateKeys, thumbprint } from '../../js/certificate.js'
import { compare, readCertificate } from '../../js/proof/compare.js'
import { pemOf, readPrivateKey, readPublicKey } from '../../js/proof/keys.js'
import { isFine } from '../../js/proof/record.js'
import { sealing } from '../../js/sink/sealed.js'

const SHA = 'ab'.repeat(32)
const FORMAT = 'cordon certificate 1'

/** Sum a Blob up as an engine would. */
async function digest(blob) {
  return createHash('sha256')
    .update(new Uint8Array(await blob.arrayBuffer()))
    .digest('hex')
}

/** A sink that gives each instance this name. */
function sinkOf(name) {
  return {
    form: 'member',
    add: async () => name,
    close: async () => null,
    abort: async () => {},
  }
}

test('all that was written is in the list, and nothing else', async () => {
  const { run, files, unsealed } = sealing({ sink: sinkOf('A') })
  const segments = [new Uint8Array([1, 2]), { start: 1, stop: 3 }]
  await run.sink.add(new File(['abcd'], ''), { name: 'A', segments, sha256: SHA }, {})
  const duplicate = sealing({ sink: sinkOf(null) })
  const member = { size: 9, method: 0, crc32: 0, data: new Uint8Array() }
  await duplicate.run.sink.add(new File([], ''), { name: 'A', member, sha256: SHA }, {})
  await duplicate.run.sink.attach('_errors.txt', new Uint8Array())
  await duplicate.run.sink.close()
  assert.deepEqual(files, [{ name: 'A', sha256: SHA, size: 4 }])
  assert.deepEqual(duplicate.files, [], 'a sink that holds no file of ours got none')
  assert.equal(unsealed(), 0)
})

test('our own files are summed up before their bytes are handed over', async () => {
  const hand = async (bytes) => {
    structuredClone(bytes, { transfer: [bytes.buffer] })
    return null
  }
  const beside = async (name, bytes) => {
    await hand(bytes)
    return `other${name}`
  }
  const sink = { ...sinkOf('A'), close: hand, attach: beside }
  const { run, files } = sealing({ sink })
  await run.sink.attach('_errors.txt', new Uint8Array([8]))
  await run.sink.close(new Uint8Array([7]))
  const sum = (text) => createHash('sha256').update(text).digest('hex')
  assert.deepEqual(files, [
    { name: 'other_errors.txt', sha256: sum('\b'), size: 1 },
    { name: 'DICOMDIR', sha256: sum('\u0007'), size: 1 },
  ])
})

test('what an earlier page has made is listed, or counted if it has no sum', async () => {
  const before = { name: 'A', entry: '', row: {}, size: 3 }
  const found = { a: before, b: { ...before, sha256: SHA } }
  const memory = {
    mark: async ({ path }) => path,
    find: async (mark) => found[mark],
    async *rest() {
      yield { ...before, name: 'D', sha256: SHA }
    },
  }
  const { run, files, unsealed } = sealing({ sink: sinkOf('A'), memory })
  for (const path of ['a', 'b', 'c']) {
    await run.memory.find(await run.memory.mark({ path }))
  }
  for await (const { name } of run.memory.rest()) {
    assert.equal(name, 'D')
  }
  assert.deepEqual(files, [
    { name: 'A', sha256: SHA, size: 3 },
    { name: 'D', sha256: SHA, size: 3 },
  ])
  assert.equal(unsealed(), 1)
})

test('keys are the same after PEM and JWK', async () => {
  const { privateKey, publicKey } = await generateKeys()
  const name = await thumbprint(publicKey)
  for (const text of [
    await pemOf(privateKey),
    JSON.stringify(await exportKey(privateKey)),
  ]) {
    assert.equal(await thumbprint(await readPrivateKey(text)), name)
  }
  for (const text of [
    await pemOf(publicKey),
    JSON.stringify(await exportKey(publicKey)),
  ]) {
    assert.equal(await thumbprint(await readPublicKey(`\n${text}`)), name)
  }
})

test('one kind of key is not taken for the other', async () => {
  const { privateKey, publicKey } = await generateKeys()
  const wrong = [await pemOf(publicKey), JSON.stringify(await exportKey(publicKey))]
  for (const text of [...wrong, '', '{}', 'null']) {
    await assert.rejects(readPrivateKey(text))
  }
  await assert.rejects(readPublicKey(await pemOf(privateKey)))
})

test('what only looks like a certificate is none', () => {
  const file = { name: 'A', sha256: SHA, size: 1 }
  assert.equal(
    readCertificate(JSON.stringify({ format: FORMAT, files: [file] })).files[0].name,
    'A',
  )
  const wrong = [
    ...[null, [], {}, { format: FORMAT }, { format: 'other', files: [file] }],
    ...[
      [file, file],
      [{ ...file, sha256: SHA.toUpperCase() }],
      [{ ...file, size: 0.5 }],
      [{ ...file, name: 1 }],
    ].map((files) => ({ format: FORMAT, files })),
  ]
  for (const value of wrong) {
    assert.throws(() => readCertificate(JSON.stringify(value)), JSON.stringify(value))
  }
})

test('a name that comes twice in an archive is once extra', async () => {
  const files = [{ name: 'A', sha256: await digest(new Blob(['a'])), size: 1 }]
  const found = ['a', 'a', 'b'].map((text, index) => ({
    path: index < 2 ? 'A' : 'B',
    file: new File([text], ''),
  }))
  const asked = []
  async function* digests(sources) {
    for (const source of sources) {
      asked.push(source.path)
      const sha256 = await digest(source.file)
      yield { source, reply: { type: 'digested', sha256 } }
    }
  }
  const seen = []
  for await (const { fate } of compare({ files }, { found, named: true }, digests)) {
    seen.push(fate)
  }
  assert.deepEqual(seen.sort(), ['extra', 'extra', 'same'])
  assert.deepEqual(asked, ['A'], 'only what the certificate names is read')
})

test('a copy of a file does not stand for another one', async () => {
  const sums = await Promise.all(['a', 'b'].map((text) => digest(new File([text], ''))))
  const files = sums.map((sha256, index) => ({ name: 'AB'[index], sha256, size: 1 }))
  const found = ['A.dcm', 'A copy.dcm'].map((path) => ({
    path,
    file: new File(['a'], ''),
  }))
  async function* digests(sources) {
    for (const source of sources) {
      yield { source, reply: { type: 'digested', sha256: await digest(source.file) } }
    }
  }
  const seen = []
  for await (const { fate } of compare({ files }, { found, named: false }, digests)) {
    seen.push(fate)
  }
  assert.deepEqual(seen, ['same', 'extra'])
})

test('a finding is right only if all that was found is', () => {
  const finding = { place: '', must: 'go', passed: true }
  assert.equal(isFine({ ...finding, found: { explicit: 'gone' } }), true)
  assert.equal(
    isFine({ ...finding, found: { explicit: 'gone', deflated: 'there' } }),
    false,
  )
  assert.equal(
    isFine({ ...finding, passed: false, found: { explicit: 'gone' } }),
    false,
  )
  for (const found of ['not-planted', 'failed', 'toString']) {
    assert.equal(
      isFine({ ...finding, must: 'either', found: { explicit: found } }),
      false,
    )
  }
})
