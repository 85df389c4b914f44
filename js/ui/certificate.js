/** The certificate of a result, and the key that it is signed with. */

import { exportKey, generateKeys, importPublicKey, thumbprint } from '../certificate.js'
import { pemOf, readPrivateKey } from '../proof/keys.js'
import { certificateOf } from '../proof/seal.js'
import { say } from '../words.js'
import { byId, count } from './dom.js'
import { chosen, saveText } from './files.js'

/**
 * @import { Pool } from '../pool.js'
 * @import { State } from '../state.js'
 *
 * @typedef {object} Signer
 * @property {CryptoKey} key
 * @property {string} name  its thumbprint
 * @property {boolean} made  here, so that it has to be saved
 */

const FILE = 'cordon-certificate.json'
const PRIVATE = 'cordon-private-key.pem'
const PUBLIC = 'cordon-public-key.pem'

/** Letters of a thumbprint that tell it from others. */
const LETTERS = 12

/**
 * @param {State} state
 * @param {Pool} pool
 */
export function certificateView(state, pool) {
  const said = byId('certificate-said')
  const signer = signing(() => render())

  const render = () => {
    const { sealed } = state
    byId('certificate').hidden = !sealed || state.name !== 'done'
    for (const id of ['certificate-save', 'signing-open']) {
      byId(id).hidden = Boolean(sealed?.unsealed)
    }
    if (sealed?.unsealed) {
      said.textContent = say('certificate.partial')
    } else if (sealed) {
      const number = sealed.files.length
      const values = { number, count: count(number), signer: '' }
      const one = signer()
      said.textContent = one
        ? say('certificate.signed', { ...values, signer: one.name.slice(0, LETTERS) })
        : say('certificate.unsigned', values)
    }
  }
  state.addEventListener('change', render)

  byId('certificate-save').onclick = async () => {
    const { sealed } = state
    try {
      if (sealed) {
        const head = await pool.certificateHead(sealed.settings)
        const made = await certificateOf(sealed, head, signer()?.key ?? null)
        saveText(`${JSON.stringify(made, null, 1)}\n`, FILE)
      }
    } catch {
      said.textContent = say('certificate.failed')
    }
  }
}

/**
 * The dialog in which a key is made or loaded.
 *
 * @param {() => void} onchange
 * @returns {() => Signer | null}  who signs, if anybody
 */
function signing(onchange) {
  /** @type {Signer | null} */
  let signer = null

  /** @param {Signer | null} chosen */
  const choose = (chosen) => {
    signer = chosen
    byId('signing-said').hidden = true
    byId('signing-key').hidden = !signer
    byId('signing-private').hidden = !signer?.made
    byId('signing-thumbprint').textContent = signer?.name ?? ''
    onchange()
  }
  /**
   * @param {CryptoKey} key
   * @param {boolean} made
   */
  const take = async (key, made) => choose({ key, made, name: await thumbprint(key) })

  byId('signing-forget').onclick = () => choose(null)
  byId('signing-make').onclick = async () =>
    take((await generateKeys()).privateKey, true)
  chosen('signing-file', async ([file]) => {
    try {
      await take(await readPrivateKey(await file.text()), false)
    } catch {
      choose(null)
      byId('signing-said').hidden = false
    }
  })
  byId('signing-private').onclick = async () => {
    if (signer) {
      saveText(await pemOf(signer.key), PRIVATE)
    }
  }
  byId('signing-public').onclick = async () => {
    if (signer) {
      const key = await importPublicKey(await exportKey(signer.key))
      saveText(await pemOf(key), PUBLIC)
    }
  }
  return () => signer
}
