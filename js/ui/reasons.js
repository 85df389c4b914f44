/** Why a data element became what it is, in words: a short one and a sentence. */

/** @import { InspectedRow, Why } from '../shared/protocol.js' */

/** What becomes of a data element, by kind. */
export const KINDS = {
  kept: 'kept',
  replaced: 'replaced',
  emptied: 'emptied',
  removed: 'removed',
  cleaned: 'cleaned',
  added: 'added',
}

/** By what decided: short, and as a sentence. @type {Record<string, [string, string]>} */
const RULES = {
  table: ['E.1-1', 'Its row in Table E.1-1 of PS3.15 says {code}.'],
  addition: [
    'Beyond E.1-1',
    'Table E.1-1 leaves it out, but it may identify: it is treated as {code}.',
  ],
  dictionary: [
    'Not in E.1-1',
    'A public data element that Table E.1-1 does not list stays.',
  ],
  uid: [
    'UID rule',
    'It names one instance of something, so it is replaced like the UIDs of Table E.1-1.',
  ],
  graphics: [
    'Graphics',
    'Overlays, curves and annotations may show text (PS3.15 E.3.3).',
  ],
  group: [
    'Group rule',
    'Group lengths, and groups 0000, 0002 and 0004, do not belong in a released data set.',
  ],
  document: [
    'Document',
    'An empty document of the same type stands in for the encapsulated one.',
  ],
  content: [
    'E.3.4-1',
    'Content items are cleaned one by one, by Table E.3.4-1 of PS3.15.',
  ],
  private: ['Private', 'Private data elements go, but for those known to be safe.'],
  unknown: ['Unknown', 'No dictionary knows it, so nobody can tell what it says.'],
  replacement: ['Replacement', 'Your settings give it this value.'],
  marker: ['Marker', 'Says that and how the instance was de-identified.'],
  meta: ['File meta', 'Preamble and file meta information are written anew.'],
  within: ['With its sequence', 'It goes or comes with the sequence it is in.'],
}

const TEXTS = {
  option: 'Option {option}.',
  type: '{listed} is resolved to {code} by its Type in the IOD {iod}.',
  typeUnknown:
    '{listed} is resolved to {code}: the IOD is not known, so no requirement is broken.',
  fallback: 'Nothing in it could be told to be harmless, so {code} applies instead.',
  registered: 'UIDs that DICOM registers stay.',
  ignored: 'The replacement is not applied, as the profile decides otherwise.',
  keptPrivate: 'This one stays.',
  same: 'It was like this before.',
}

/** @param {Why} why  @param {InspectedRow} row */
export function shortly(why, row) {
  const [short] = RULES[why.by]
  if (why.option) {
    return why.option
  }
  return why.listed.includes('/') && row.code !== '+'
    ? `${short}, ${why.listed}`
    : short
}

/**
 * @param {Why} why
 * @param {InspectedRow} row
 * @param {string | null} iod
 */
export function inWords({ by, option, listed }, row, iod) {
  const { code = '', kind, vr } = row
  const facts = { code, option, listed, iod: iod ?? '' }
  const sentences = [by === 'replacement' && kind !== 'replaced' ? '' : RULES[by][1]]
  if (option) {
    sentences.push(TEXTS.option)
  }
  if (listed === 'C') {
    sentences.push(TEXTS.fallback)
  } else if (listed && code !== '+') {
    sentences.push(iod ? TEXTS.type : TEXTS.typeUnknown)
  }
  if (by === 'replacement' && (code === 'X' || code === 'K')) {
    sentences.push(TEXTS.ignored)
  } else if (by === 'private' && code !== 'X') {
    sentences.push(TEXTS.keptPrivate)
  } else if (code === 'U' && kind === 'kept' && vr === 'UI') {
    sentences.push(TEXTS.registered)
  } else if ('DZ'.includes(code) && kind === 'kept') {
    sentences.push(TEXTS.same)
  }
  if (by === 'table' || by === 'addition') {
    facts.code = listed || code
    sentences[0] = fill(sentences[0], facts)
    facts.code = code
  }
  return sentences.map((sentence) => fill(sentence, facts)).join(' ')
}

/** @param {string} text  @param {Record<string, string>} facts */
function fill(text, facts) {
  return text.replace(/\{(\w+)\}/g, (_, name) => facts[name])
}
