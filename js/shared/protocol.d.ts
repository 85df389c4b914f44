/**
 * What the page and an engine say to each other: one request, one reply.
 * No message holds a value of an instance or the path of a source, but for what a person
 * asks to review: descriptions.
 */

export type Request =
  | { type: 'boot'; lock: string }
  | { type: 'derive'; passphrase: string }
  | { type: 'attributes' }
  | { type: 'sample' }
  | { type: 'vet'; settings: string; reviewed: string }
  | ({ type: 'configure' } & Terms)
  | { type: 'self-test'; settings: string; key: Uint8Array }
  | { type: 'certificate-head'; settings: string }
  | ({ type: 'digest' } & Origin)
  | ({ type: 'survey' } & Origin)
  | ({ type: 'glance' } & Origin)
  | ({ type: 'deidentify'; as: Form } & Origin)
  | { type: 'directory'; entries: Entry[] }

/** Where the bytes of a source are. */
export interface Origin {
  file: File
  packed?: Packed | undefined
}

/** Data of a ZIP member, or the plan to be assembled with slices of the source. */
export type Form = 'member' | 'segments'

export type Reply =
  | { type: 'booted'; from: 'snapshot' | 'wheels' }
  | { type: 'derived'; key: Uint8Array }
  | { type: 'attributes'; list: Attribute[] }
  | { type: 'sample'; files: [path: string, data: Uint8Array<ArrayBuffer>][] }
  | { type: 'vetted'; refusal: Refusal | null }
  | { type: 'configured' }
  | { type: 'self-tested'; made: SelfTest }
  | { type: 'certificate-head'; head: Record<string, unknown> }
  | { type: 'digested'; sha256: string }
  | ({ type: 'refused' } & Refusal)
  | { type: 'surveyed'; places: Place[]; faults: Record<string, number> }
  | { type: 'glanced'; place: Place }
  | Deidentified
  | { type: 'directory'; data: Uint8Array<ArrayBuffer> }
  | { type: 'rejected'; reason: string; notes: Note[] }
  | { type: 'unreadable'; code: string; offset: number }
  | { type: 'failed'; error: string; where: string; fatal?: boolean }

/** A setting that cannot be followed, and why. */
export interface Refusal {
  setting: string
  reason: string
}

/** An attribute of PS3.6: eight hexadecimal digits, keyword, name and VR. */
export type Attribute = [tag: string, keyword: string, name: string, vr: string]

export interface Deidentified {
  type: 'deidentified'
  /** File ID: up to eight components, joined by slashes. */
  name: string
  /** What a DICOMDIR says of the instance, for an engine to read. */
  entry: string
  row: Row
  segments?: Segment[]
  member?: Member
  /** Of the instance, in hexadecimal digits, if it was asked for. */
  sha256?: string
}

/** An instance's name in the result, and its reply's entry. */
export type Entry = [name: string, entry: string]

/** New bytes, or a range of the source's file. */
export type Segment = Uint8Array<ArrayBuffer> | Blob | { start: number; stop: number }

export interface Member {
  /** ZIP compression method: 0 stored, 8 deflated. */
  method: 0 | 8
  /** Bytes of the instance. */
  size: number
  crc32: number
  data: Uint8Array<ArrayBuffer> | Blob
}

/** What may be told about an instance: codes, counts and new UIDs. */
export interface Row {
  sop_class_uid: string
  transfer_syntax_uid: string
  patient: string
  study_instance_uid: string
  series_instance_uid: string
  sop_instance_uid: string
  counts: Record<string, number>
  notes: Note[]
}

/** Something a person should know: a code, and the data element it is about. */
export interface Note {
  code: string
  place: string
}

/**
 * A series, and how many instances of it a source has: IDs are the new ones, all else
 * is as the source says it, for the screen only.
 */
export interface Place {
  patient: string
  study: string
  series: string
  modality: string
  number: string
  study_description: Description
  series_description: Description
  instances: number
}

/** What a source says, and what could stay of it; empty if nothing. */
export interface Description {
  original: string
  suggestion: string
}

/** A record of canaries sent through the engine, with the versions and settings. */
export interface SelfTest {
  cordon: string
  pydicom: string
  python: string
  profile: string
  /** All that there are, as the engine took them. */
  settings: Record<string, unknown>
  passed: boolean
  places: Finding[]
}

/** A kind of place: what had to become of its canary, and what did. */
export interface Finding {
  place: string
  must: 'go' | 'be-held' | 'stay' | 'either'
  /** By the encoding: gone, there, held-back or what went wrong. */
  found: Record<string, string>
  passed: boolean
}

/** What all instances of a run share. */
export interface Terms {
  /** JSON. */
  settings: string
  /** Of 32 bytes. */
  key: Uint8Array
  /**
   * JSON: by new Study or Series Instance UID the description that a person wants, null
   * to drop it. Empty if nothing was reviewed.
   */
  reviewed: string
  /** Whether each result is summed up, for a certificate. */
  digest?: boolean
}

/**
 * A file the user gave, and where it was found; the path stays on screen. There is no
 * file where the browser could list a name but not open what it names.
 */
export interface Found {
  path: string
  file: File | null
  /** Where in `file`, an archive, what was found is; else it is the file. */
  packed?: Packed
  /** Why there is no file, if it was not lost. */
  code?: string
}

/** What the directory of a ZIP archive says of a member. */
export interface Packed {
  /** Of the member's local header. */
  offset: number
  /** Bytes in the archive, and once unpacked. */
  packed: number
  size: number
  method: number
  crc32: number
  encrypted: boolean
  /** Whether its bytes are another member's as well. */
  overlaps: boolean
}

/** What was found, with its number in the run, from 1. */
export interface Source extends Found {
  number: number
}

export interface Outcome {
  source: Source
  reply: Reply
}

/** Where instances go. */
export interface Sink {
  /** The form in which `add` wants an instance. */
  form: Form
  /** Write an instance; gives its name, null if it has been written already. */
  add(file: File, instance: Deidentified): Promise<string | null>
  /** Finish, with this DICOMDIR; gives what is left to be downloaded, if anything is. */
  close(directory?: Uint8Array<ArrayBuffer>): Promise<Blob | null>
  abort(): Promise<void>
}
