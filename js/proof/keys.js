/**
 * Keys as files: PEM is written, and PEM or JWK read. A private key is kept in the memory
 * of this page and nowhere else.
 */

import { CURVE, importPrivateKey, importPublicKey } from '../certificate.js'

/** Letters in a line of PEM. */
const LINE = 64

const KINDS = {
  private: { format: /** @type {const} */ ('pkcs8'), label: 'PRIVATE KEY' },
  public: { format: /** @type {const} */ ('spki'), label: 'PUBLIC KEY' },
}

/**
 * Write a key as PEM.
 *
 * @param {CryptoKey} key
 * @returns {Promise<string>}
 */
export async function pemOf(key) {
  const { format, label } = KINDS[/** @type {'private' | 'public'} */ (key.type)]
  const data = new Uint8Array(await crypto.subtle.exportKey(format, key))
  const text = btoa(String.fromCharCode(...data))
  const lines = text.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/**
 * Read a private key to sign with. Rejects what is none.
 *
 * @param {string} text
 * @returns {Promise<CryptoKey>}
 */
export async function readPrivateKey(text) {
  return isObject(text)
    ? importPrivateKey(JSON.parse(text))
    : crypto.subtle.importKey('pkcs8', inside(text, 'private'), CURVE, true, ['sign'])
}

/**
 * Read a public key to check with. Rejects what is none.
 *
 * @param {string} text
 * @returns {Promise<CryptoKey>}
 */
export async function readPublicKey(text) {
  return isObject(text)
    ? importPublicKey(JSON.parse(text))
    : crypto.subtle.importKey('spki', inside(text, 'public'), CURVE, true, ['verify'])
}

/** @param {string} text */
function isObject(text) {
  return text.trimStart().startsWith('{')
}

/**
 * @param {string} text  PEM
 * @param {'private' | 'public'} kind
 * @returns {Uint8Array<ArrayBuffer>}
 */
function inside(text, kind) {
  const { label } = KINDS[kind]
  const [, data] =
    new RegExp(`-----BEGIN ${label}-----([^-]+)-----END ${label}-----`).exec(text) ?? []
  if (!data) {
    throw new SyntaxError('no key')
  }
  return Uint8Array.from(atob(data.replace(/\s/g, '')), (one) => one.charCodeAt(0))
}
