/**
 * What the page and an engine say to each other: one request, one reply.
 * No message holds the path of a source. None holds a value of an instance, but for what
 * a person asks for: to see it on the screen (`inspect`, descriptions to review), or to
 * tell which original ID became which (`identify`).
 */

export type Request =
  | { type: 'boot'; lock: string; requests: string }
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
  | { type: 'pack'; file: Blob; segments: Segment[]; level: number; last: boolean }
  | { type: 'directory'; entries: Entry[] }
  | ({ type: 'inspect' } & Origin)
  | ({ type: 'identify' } & Origin)
  | ReportPiece

/** Where the bytes of a source are. */
export interface Origin {
  file: File
  packed?: Packed | undefined
}

/** The plan, to be assembled with slices of the source, or data of a ZIP member. */
export type Form = 'segments' | Packing

/** How instances become members of an archive. */
export interface Packing {
  /** Of deflate, 0 to store. */
  level: number
  /** Whether to deflate pixel data that are compressed already. */
  again: boolean
  /** Whether somebody else deflates: the engine gives the plan of what is to be. */
  elsewhere: boolean
}

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
  | Inspected
  | PackedPart
  | { type: 'directory'; data: Uint8Array<ArrayBuffer> }
  | { type: 'report'; text: string }
  | { type: 'identified'; head: string; lines: string[] }
  | { type: 'rejected'; reason: string; notes: Note[] }
  | { type: 'unreadable'; code: string; offset: number }
  | { type: 'failed'; error: string; where: string; fatal?: boolean }

/** A setting that cannot be followed, and why. */
export interface Refusal {
  setting: string
  reason: string
  /** The reason in parts, for other languages: of which entry, and what is named. */
  why?: { entry: string; code: string; named: Record<string, string> }
}

/** An attribute of PS3.6: eight hexadecimal digits, keyword, name and VR. */
export type Attribute = [tag: string, keyword: string, name: string, vr: string]

/** A piece of a report on a run; the first has what it begins with. */
export interface ReportPiece {
  type: 'report'
  begin?: { format: Format; settings: string; browser: string }
  /** What became of some files, JSON. */
  lines: string
  last: boolean
}

export type Format = 'json' | 'csv' | 'html'

export interface Deidentified {
  type: 'deidentified'
  /** File ID: up to eight components, joined by slashes. */
  name: string
  /** What a DICOMDIR says of the instance, for an engine to read. */
  entry: string
  row: Row
  segments?: Segment[]
  /** The method to pack the segments by, if they are to be a ZIP member. */
  method?: Method
  member?: Member
  /** Bytes of the instance, where neither segments nor a member tell them. */
  size?: number
  /** Of the instance, in hexadecimal digits, if it was asked for. */
  sha256?: string
}

/** An instance side by side with its result. */
export interface Inspected {
  type: 'inspected'
  /** Why it would not be released: a code, or nothing. */
  rejected: string
  sop_class: string
  /** The IOD that Types are looked up in, if the SOP Class is known. */
  iod: string | null
  transfer_syntax: string
  notes: Note[]
  whys: Why[]
  rows: InspectedRow[]
  /** Items of sequences that have no rows, as there are too many. */
  left_out: number
  image: Frame | null
}

/** What decided on a data element; `listed` is the code of its row, if not that applied. */
export interface Why {
  by: string
  option: string
  listed: string
}

export type Kind = 'kept' | 'replaced' | 'emptied' | 'removed' | 'cleaned' | 'added'

/** A data element; or an item, with its number; or `more` items that are not shown. */
export interface InspectedRow {
  depth: number
  kind?: Kind
  item?: number
  more?: number
  tag?: string
  name?: string
  vr?: string
  /** An action code of Table E.1-1a, or + for what Cordon adds. */
  code?: string
  /** Number of a `Why`. */
  why?: number
  /** Codes of notes about this place. */
  notes?: string[]
  /** Values as text; of `bytes`, the first ones. Absent where there is none. */
  old?: string
  new?: string
  bytes?: boolean
  /** Full lengths in bytes, where not all is shown. */
  oldSize?: number
  newSize?: number
  oldItems?: number
  newItems?: number
}

/** What is needed to draw the first frame, which is the `spans` of the source. */
export interface Frame {
  rows: number
  columns: number
  samples: number
  planar: number
  allocated: number
  stored: number
  high: number
  signed: number
  frames: number | null
  center: number | null
  width: number | null
  slope: number | null
  intercept: number | null
  photometric: string
  transfer_syntax_uid: string
  little: boolean
  jpeg: boolean
  encapsulated: boolean
  spans: [start: number, stop: number][]
}

/** An instance's name in the result, and its reply's entry. */
export type Entry = [name: string, entry: string]

/** New bytes, or a range of the source's file. */
export type Segment = Uint8Array<ArrayBuffer> | Blob | { start: number; stop: number }

/** ZIP compression method: 0 stored, 8 deflated. */
export type Method = 0 | 8

/** A part of an instance summed up, with its data as they are to be written. */
export interface PackedPart {
  type: 'packed'
  size: number
  crc32: number
  data: Uint8Array<ArrayBuffer>
}

/** An instance that is packed by asking for part after part of it. */
export type Pack = (
  file: Blob,
  segments: Segment[],
  level: number,
) => AsyncGenerator<PackedPart>

export interface Member {
  method: Method
  /** Bytes of the instance. */
  size: number
  crc32: number
  data: Uint8Array<ArrayBuffer>
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
  /** Whether nothing but these terms gives the key again. */
  random?: boolean
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
  /** Milliseconds of an engine's work, from being asked to its reply. */
  ms: number
}

/** What goes with an instance on its way into the result. */
export interface Job {
  /** Aborted when the user cancels. */
  signal: AbortSignal
  /** Told of bytes of the instance as they are written, if that takes long. */
  progress: (bytes: number) => void
  /** What a journal knows the source by; empty if there is none. */
  mark: string
}

/** Where instances go. */
export interface Sink {
  /** The form in which `add` wants an instance. */
  form: Form
  /** Instances that may be added at the same time. */
  width?: number
  /** Write an instance; gives its name, null if it has been written already. */
  add(file: File, instance: Deidentified, job: Job): Promise<string | null>
  /** Put a file of our own beside the instances, if this can hold one; gives its name. */
  attach?(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<string>
  /** Tell whether what an earlier page has finished is still there. */
  has?(one: { name: string; size: number }): Promise<boolean>
  /** Finish, with this DICOMDIR; gives what is left to be downloaded, if anything is. */
  close(directory?: Uint8Array<ArrayBuffer>): Promise<Blob | null>
  /** Let another page continue, if it can; tells whether it can. */
  leave?(): Promise<boolean>
  /** Take away all that was written. */
  abort(): Promise<void>
}
