/**
 * What the page and an engine say to each other: one request, one reply.
 * No message holds a value of an instance or the path of a source.
 */

export type Request =
  | { type: 'boot'; lock: string }
  | { type: 'derive'; passphrase: string }
  | { type: 'configure'; settings: string; key: Uint8Array }
  | { type: 'deidentify'; file: File; as: Form }
  | { type: 'pack'; file: Blob; segments: Segment[]; level: number; last: boolean }
  | { type: 'directory'; entries: Entry[] }

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
  | { type: 'configured' }
  | { type: 'refused'; setting: string; reason: string }
  | Deidentified
  | Packed
  | { type: 'directory'; data: Uint8Array<ArrayBuffer> }
  | { type: 'rejected'; reason: string; notes: Note[] }
  | { type: 'unreadable'; code: string; offset: number }
  | { type: 'failed'; error: string; where: string; fatal?: boolean }

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
}

/** An instance's name in the result, and its reply's entry. */
export type Entry = [name: string, entry: string]

/** New bytes, or a range of the source. */
export type Segment = Uint8Array<ArrayBuffer> | { start: number; stop: number }

/** ZIP compression method: 0 stored, 8 deflated. */
export type Method = 0 | 8

/** A part of an instance summed up, with its data if they were to be deflated. */
export interface Packed {
  type: 'packed'
  size: number
  crc32: number
  data?: Uint8Array<ArrayBuffer>
}

/** An instance that is packed by asking for part after part of it. */
export type Pack = (
  file: Blob,
  segments: Segment[],
  level: number,
) => AsyncGenerator<Packed>

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

/** What all instances of a run share. */
export interface Terms {
  /** JSON. */
  settings: string
  /** Of 32 bytes. */
  key: Uint8Array
}

/**
 * A file the user gave, and where it was found; the path stays on screen. There is no
 * file where the browser could list a name but not open what it names.
 */
export interface Found {
  path: string
  file: File | null
}

/** What was found, with its number in the run, from 1. */
export interface Source extends Found {
  number: number
}

export interface Outcome {
  source: Source
  reply: Reply
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
  /** Tell whether what an earlier page has finished is still there. */
  has?(one: { name: string; size: number }): Promise<boolean>
  /** Finish, with this DICOMDIR; gives what is left to be downloaded, if anything is. */
  close(directory?: Uint8Array<ArrayBuffer>): Promise<Blob | null>
  abort(): Promise<void>
}
