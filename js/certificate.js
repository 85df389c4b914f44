/**
 * Certificates of results, signed by a key pair that the user holds: ECDSA over P-256
 * with SHA-256. The signature is over the canonical form of all but itself (RFC 8785),
 * which `py/cordon/certificate.py` makes the same of.
 */

/**
 * @typedef {object} Signature
 * @property {'ES256'} algorithm
 * @property {string} signer  thumbprint of the public key (RFC 7638)
 * @property {string} value  both numbers, in base64url
 *
 * @typedef {object} SealedFile  what a file of the result is
 * @property {string} name  File ID
 * @property {string} sha256  in hexadecimal digits
 * @property {number} size  in bytes
 *
 * @typedef {object} Summary  numbers of a run; each may be left out
 * @property {number} [files]
 * @property {number} [bytes_in]
 * @property {number} [bytes_out]
 * @property {Record<string, number>} [outcomes]
 * @property {Record<string, number>} [actions]
 * @property {Record<string, number>} [options]
 *
 * @typedef {object} Certificate  with the versions and settings of the run besides
 * @property {'cordon certificate 1'} format
 * @property {string} created  time in UTC
 * @property {SealedFile[]} files
 * @property {Summary} summary
 * @property {Signature} [signature]
 */

export const FORMAT = 'cordon certificate 1'
export const CURVE = { name: 'ECDSA', namedCurve: 'P-256' }
const ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' }

/**
 * Make a certificate.
 *
 * @param {Record<string, unknown>} head  versions and settings, as the engine tells
 * @param {SealedFile[]} files
 * @param {Summary} summary
 * @returns {Certificate}
 */
export function certify(head, files, summary) {
  const created = `${new Date().toISOString().slice(0, 19)}+00:00`
  return { ...head, created, format: FORMAT, files, summary }
}

/**
 * Give the one text of a value that is signed, as RFC 8785 has it. Numbers are integers,
 * and strings whole.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function canonical(value) {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(',')}]`
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    const texts = members.map(([name, one]) => `${canonical(name)}:${canonical(one)}`)
    return `{${texts.join(',')}}`
  }
  const whole = typeof value === 'string' ? value.isWellFormed() : false
  if (whole || typeof value === 'boolean' || value === null) {
    return JSON.stringify(value)
  }
  if (Number.isSafeInteger(value)) {
    return String(value)
  }
  throw new TypeError('has no canonical form')
}

/**
 * Sign a certificate; a signature that it has is replaced.
 *
 * @param {Certificate} certificate
 * @param {CryptoKey} privateKey  of `generateKeys` or `importPrivateKey`
 * @returns {Promise<Certificate>}
 */
export async function sign(certificate, privateKey) {
  const value = await crypto.subtle.sign(ALGORITHM, privateKey, signed(certificate))
  const signer = await thumbprint(privateKey)
  const signature = { algorithm: 'ES256', signer, value: base64(value) }
  return { ...certificate, signature: /** @type {Signature} */ (signature) }
}

/**
 * Tell whether a certificate was signed with the private key to this public one.
 *
 * @param {Certificate} certificate
 * @param {CryptoKey} publicKey
 * @returns {Promise<boolean>}
 */
export async function verifySignature(certificate, publicKey) {
  const { signature } = certificate
  if (signature?.algorithm !== 'ES256' || typeof signature.value !== 'string') {
    return false
  }
  try {
    const [value, data] = [bytes(signature.value), signed(certificate)]
    return await crypto.subtle.verify(ALGORITHM, publicKey, value, data)
  } catch {
    return false // what is no base64, or has no canonical form, was signed by nobody
  }
}

/**
 * Make a key pair. The private key can be exported, for the user to keep.
 *
 * @returns {Promise<CryptoKeyPair>}
 */
export function generateKeys() {
  return crypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
}

/**
 * Give a key as JWK.
 *
 * @param {CryptoKey} key
 * @returns {Promise<JsonWebKey>}
 */
export function exportKey(key) {
  return crypto.subtle.exportKey('jwk', key)
}

/**
 * Take a private key to sign with.
 *
 * @param {JsonWebKey} jwk
 * @returns {Promise<CryptoKey>}
 */
export function importPrivateKey(jwk) {
  return crypto.subtle.importKey('jwk', jwk, CURVE, true, ['sign'])
}

/**
 * Take a public key to check with; of a private one, its public half.
 *
 * @param {JsonWebKey} jwk
 * @returns {Promise<CryptoKey>}
 */
export function importPublicKey({ kty, crv, x, y }) {
  const jwk = /** @type {JsonWebKey} */ ({ kty, crv, x, y })
  return crypto.subtle.importKey('jwk', jwk, CURVE, true, ['verify'])
}

/**
 * Name a key by the digest of its public half (RFC 7638).
 *
 * @param {CryptoKey} key
 * @returns {Promise<string>}
 */
export async function thumbprint(key) {
  const { kty, crv, x, y } = await exportKey(key)
  const named = new TextEncoder().encode(canonical({ kty, crv, x, y }))
  return base64(await crypto.subtle.digest('SHA-256', named))
}

/**
 * Give the bytes that a signature is over.
 *
 * @param {Certificate} certificate
 * @returns {Uint8Array<ArrayBuffer>}
 */
function signed({ signature, ...rest }) {
  return new TextEncoder().encode(canonical(rest))
}

/**
 * @param {ArrayBuffer} data
 * @returns {string}
 */
function base64(data) {
  const text = btoa(String.fromCharCode(...new Uint8Array(data)))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}
