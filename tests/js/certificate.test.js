import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  canonical,
  certify,
  exportKey,
  generateKeys,
  importPrivateKey,
  importPublicKey,
  sign,
  thumbprint,
  verifySignature,
} from '../../js/certificate.js'

const FILES = [{ name: 'DICOM/PT1', sha256: 'ab'.repeat(32), size: 12 }]

/** Make a certificate. */
function made() {
  return certify({ cordon: '1', settings: { sweep: 'off' } }, FILES, { files: 1 })
}

test('keys are in the order of their UTF-16 code units, without spaces', () => {
  // the pair of surrogates of U+1F600 comes before U+FB33
  const value = { '\ufb33': 1, '\u{1f600}': [2, true, null], b: { z: '"', a: -3 } }
  const text = '{"b":{"a":-3,"z":"\\""},"\u{1f600}":[2,true,null],"\ufb33":1}'
  assert.equal(canonical(value), text)
})

test('strings are escaped as JSON.stringify does, and no further', () => {
  const text = '\u0000\u001f\b\t\n\f\r"\\/\u007f\u2028é'
  assert.equal(canonical(text), JSON.stringify(text))
})

test('what has no canonical form is refused', () => {
  for (const value of [1.5, Number.NaN, 2 ** 53, '\ud800', undefined, 1n, () => 1]) {
    assert.throws(() => canonical({ value }), TypeError)
  }
  assert.throws(() => canonical({ '\ud800': 1 }), TypeError)
})

test('what was signed is verified, also when it was saved in between', async () => {
  const { privateKey, publicKey } = await generateKeys()
  const saved = JSON.stringify(await sign(made(), privateKey), null, 2)
  assert.ok(await verifySignature(JSON.parse(saved), publicKey))
})

test('any change of a certificate is seen', async () => {
  const { privateKey, publicKey } = await generateKeys()
  const good = await sign(made(), privateKey)
  const [file] = good.files
  for (const changed of [
    { ...good, cordon: '2' },
    { ...good, more: true },
    { ...good, files: [] },
    { ...good, files: [{ ...file, size: 13 }] },
    { ...good, settings: { sweep: 'warn' } },
    { ...good, summary: { files: 1.5 } },
  ]) {
    assert.equal(await verifySignature(changed, publicKey), false)
  }
})

test('a signature of another, or of none, is not accepted', async () => {
  const { privateKey, publicKey } = await generateKeys()
  const other = await generateKeys()
  const good = await sign(made(), privateKey)
  assert.equal(await verifySignature(good, other.publicKey), false)
  assert.equal(await verifySignature(made(), publicKey), false)
  for (const change of [
    { value: '' },
    { value: '!' },
    { value: 1 },
    { value: 'A'.repeat(86) },
    { algorithm: 'none' },
  ]) {
    const signature = { ...good.signature, ...change }
    assert.equal(await verifySignature({ ...good, signature }, publicKey), false)
  }
})

test('keys go out as JWK and come back', async () => {
  const { privateKey, publicKey } = await generateKeys()
  const [secret, open] = [await exportKey(privateKey), await exportKey(publicKey)]
  assert.equal('d' in open, false)
  const good = await sign(made(), await importPrivateKey(secret))
  assert.ok(await verifySignature(good, await importPublicKey(open)))
  const half = await importPublicKey(secret)
  assert.equal(half.type, 'public')
  assert.ok(await verifySignature(good, half))
  assert.equal(good.signature.signer, await thumbprint(publicKey))
})

test('to sign again replaces the signature', async () => {
  const [one, two] = [await generateKeys(), await generateKeys()]
  const twice = await sign(await sign(made(), one.privateKey), two.privateKey)
  assert.ok(await verifySignature(twice, two.publicKey))
  assert.equal(await verifySignature(twice, one.publicKey), false)
})

test('a private key is never in a certificate', async () => {
  const { privateKey } = await generateKeys()
  const { d, x, y } = await exportKey(privateKey)
  const text = JSON.stringify(await sign(made(), privateKey))
  for (const part of [d, x, y]) {
    assert.equal(text.includes(part), false)
  }
})
