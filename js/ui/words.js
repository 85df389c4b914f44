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
  dicomdir: {
    title: 'old DICOMDIR',
    advice:
      'A directory of the original files would give identities away, so it is left out.',
  },
  'engine-error': {
    title: 'failed in the engine',
    advice: 'This is a fault of Cordon. Please report the code shown here.',
  },
}

/** @type {Record<string, string>} */
export const FAILURES = {
  'nothing-written': 'Nothing was de-identified.',
  'no-engine': 'The engine could not be started in this browser.',
  'storage-full': 'There is not enough space left for the result.',
  'output-failed': 'The result could not be written.',
}
