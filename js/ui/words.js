/** What each code means to a person: a sentence, and what can be done. */

/** @type {Record<string, { title: string, advice: string }>} */
export const PROBLEMS = {
  'not-dicom': {
    title: 'not DICOM',
    advice: 'They do not begin like a DICOM file, so they were left out.',
  },
  truncated: {
    title: 'cut short',
    advice: 'They end too early. Copy them again from where they come from.',
  },
  malformed: {
    title: 'malformed',
    advice: 'They break the encoding rules of DICOM beyond what can be followed.',
  },
  'unsupported-transfer-syntax': {
    title: 'encoded in an unsupported way',
    advice: 'They are deflated and too large to be unpacked here.',
  },
  'source-lost': {
    title: 'could not be read',
    advice: 'They were changed, moved or locked. Choose them again.',
  },
  'archive-malformed': {
    title: 'archives that cannot be opened',
    advice:
      'Their table of contents is damaged or missing, or they are one part of several.' +
      ' Copy them again, or unpack them and choose the folder.',
  },
  'archive-member': {
    title: 'damaged in their archive',
    advice:
      'They do not have the size or the check sum that the archive says. Copy the' +
      ' archive again from where it comes from.',
  },
  'archive-bomb': {
    title: 'in an archive that cannot be trusted',
    advice:
      'They would swell beyond all reason, or share their bytes with others. Archives' +
      ' of images do neither, so they were not unpacked.',
  },
  'archive-encrypted': {
    title: 'encrypted in their archive',
    advice: 'Unpack the archive with its password, then choose the folder.',
  },
  'archive-method': {
    title: 'compressed in an unusual way',
    advice:
      'Of archives, stored, deflated and Deflate64 members are read here. Unpack the' +
      ' archive, then choose the folder.',
  },
  dicomdir: {
    title: 'old DICOMDIR',
    advice:
      'A directory of the original files would give identities away, so it is left out.',
  },
  residual: {
    title: 'held back: an identifier would have remained',
    advice:
      'The last look before release found something that had to go, at the places named' +
      ' here. Remove it at the source, or decide on it in the settings.',
  },
  'burned-in': {
    title: 'held back: text may be burned into the image',
    advice: 'The settings ask to hold such instances back.',
  },
  'encapsulated-document': {
    title: 'documents of an unknown type',
    advice: 'No empty document is known that could stand in for them.',
  },
  'overlay-in-pixel-data': {
    title: 'overlays inside compressed pixels',
    advice: 'Text may hide in them and cannot be taken out without decoding the image.',
  },
  'engine-error': {
    title: 'failed in the engine',
    advice: 'This is a fault of Cordon. Please report the code shown here.',
  },
}

/** @type {Record<string, string>} */
export const FAILURES = {
  'settings-refused': 'A setting cannot be followed.',
  'no-passphrase': 'Give the project passphrase, or choose other new IDs.',
  'nothing-written': 'Nothing was de-identified.',
  'no-engine': 'The engine could not be started in this browser.',
  'storage-full': 'There is not enough space left for the result.',
  'output-failed': 'The result could not be written.',
}

/** @type {Record<string, string>} */
export const NOTES = {
  'burned-in':
    'names may be burned into the image itself. Look at them before sharing.',
  'replacement-ignored':
    'a replacement was not applied, as the profile decides otherwise',
  'replacement-transliterated':
    'a replacement was written without letters that the character set does not have',
  'residual-name': 'a part of the name may remain',
  'residual-staff': 'a name of staff may remain',
  'residual-identifier': 'an identifier may remain',
  'residual-institution': 'the institution may remain',
  'residual-address': 'an address may remain',
  'residual-phone': 'a telephone number may remain',
  'residual-uid': 'an original UID may remain',
  'residual-date': 'an original date may remain',
}
