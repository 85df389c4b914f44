/** Verify a result: a certificate, what it is about, and what came of comparing them. */

import { thumbprint, verifySignature } from '../certificate.js'
import { compare, contentsOf, readCertificate } from '../proof/compare.js'
import { readPublicKey } from '../proof/keys.js'
import { has, say } from '../words.js'
import { show } from './compared.js'
import { byId, count, many } from './dom.js'
import { made } from './elements.js'
import { chosen } from './files.js'

/**
 * @import { Certificate } from '../certificate.js'
 * @import { Pool } from '../pool.js'
 * @import { State } from '../state.js'
 * @import { Verdict } from './compared.js'
 */

/** Milliseconds between two words on the progress. */
const TICK = 200

/**
 * @param {State} state
 * @param {Pool} pool
 */
export function compareView(state, pool) {
  /** @type {HTMLButtonElement} */
  const button = byId('compare-run')
  /** @type {HTMLInputElement} */
  const names = byId('compare-names')
  /** @type {{ certificate: Certificate, file: File } | null} */
  let sealed = null
  /** @type {File[]} */
  let files = []
  /** @type {CryptoKey | null} */
  let key = null
  /** @type {Verdict | 'failed' | null} */
  let verdict = null
  /** While one is made. @type {AbortController | null} */
  let making = null

  const render = () => {
    button.disabled =
      making !== null || !sealed || !files.length || state.name === 'running'
    showCertificate(sealed?.certificate)
    show(verdict, names.checked)
  }
  const changed = () => {
    making?.abort()
    verdict = null
    render()
  }

  byId('compare').addEventListener('close', () => making?.abort())
  names.onchange = render
  state.addEventListener('change', render)
  chosen('compare-certificate', async ([file]) => {
    sealed = null
    let refusal = ''
    try {
      sealed = { certificate: readCertificate(await file.text()), file }
    } catch {
      refusal = 'compare.certificate.refused'
    }
    tell('compare-certificate-said', refusal)
    changed()
  })
  for (const id of ['compare-files', 'compare-folder']) {
    chosen(id, (given) => {
      files = given
      byId('compare-result-said').textContent =
        given.length === 1 ? given[0].name : many('count.files', given.length)
      changed()
    })
  }
  chosen('compare-key', async ([file]) => {
    key = null
    try {
      key = await readPublicKey(await file.text())
      const signer = await thumbprint(key)
      byId('compare-key-said').replaceChildren(made('code', signer))
      tell('compare-key-said', '')
    } catch {
      tell('compare-key-said', 'compare.key.refused')
    }
    changed()
  })

  button.onclick = async () => {
    if (!sealed) {
      return
    }
    changed()
    making = new AbortController()
    const { signal } = making
    render()
    const made = await verify(pool, { ...sealed, files, key, signal }).catch(
      () => /** @type {const} */ ('failed'),
    )
    // of what was given then
    verdict = signal.aborted ? null : made
    making = null
    byId('compare-progress').textContent = ''
    render()
  }
}

/**
 * @param {Pool} pool
 * @param {object} given
 * @param {Certificate} given.certificate
 * @param {File} given.file  the certificate's, which is no part of the result
 * @param {File[]} given.files
 * @param {CryptoKey | null} given.key
 * @param {AbortSignal} given.signal
 * @returns {Promise<Verdict>}
 */
async function verify(pool, { certificate, file, files, key, signal }) {
  const contents = await contentsOf(files.filter((one) => !isSame(one, file)))
  const counts = { same: 0, changed: 0, missing: 0, extra: 0 }
  const differing = []
  let shown = 0
  let done = 0
  const digests = pool.digests.bind(pool)
  for await (const one of compare(certificate, contents, digests)) {
    signal.throwIfAborted()
    counts[one.fate]++
    done++
    if (one.fate !== 'same') {
      differing.push(one)
    }
    if (performance.now() - shown > TICK) {
      shown = performance.now()
      const values = { done: count(done), all: count(contents.found.length) }
      byId('compare-progress').textContent = say('compare.progress', values)
    }
  }
  const good = key && (await verifySignature(certificate, key))
  const unchecked = certificate.signature ? 'unchecked' : 'none'
  return {
    ...{ differing, counts, whole: contents.named, asked: key !== null },
    listed: certificate.files.length,
    signature: key && certificate.signature ? (good ? 'good' : 'bad') : unchecked,
    signer: key ? await thumbprint(key) : '',
  }
}

/**
 * @param {File} one
 * @param {File} other
 */
function isSame(one, other) {
  return (
    one.name === other.name &&
    one.size === other.size &&
    one.lastModified === other.lastModified
  )
}

/** @param {Certificate | undefined} certificate */
function showCertificate(certificate) {
  if (certificate) {
    const number = certificate.files.length
    const form = certificate.signature ? 'signed' : 'told'
    byId('compare-certificate-said').textContent = say(`compare.certificate.${form}`, {
      ...{ number, count: count(number) },
      created: String(certificate.created).slice(0, 10),
    })
  }
}

/**
 * @param {string} id
 * @param {string} refusal  key of what is said, if what was chosen is no use
 */
function tell(id, refusal) {
  const line = byId(id)
  line.classList.toggle('refused', Boolean(refusal))
  if (has(refusal)) {
    line.textContent = say(refusal)
  }
}
