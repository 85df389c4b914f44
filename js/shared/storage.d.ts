/**
 * What the page and the worker that writes to the browser's storage say to each other:
 * one request, one reply, in turn.
 */

export type StorageRequest =
  | { type: 'open'; folder: string; id: string; staged: boolean }
  /** Write a part of the result, if there is one, then lines of the journal. */
  | { type: 'write'; at: number; data: Uint8Array<ArrayBuffer> | null; lines: string }
  | { type: 'truncate'; size: number }
  | { type: 'close' }

/** With the buffer that was handed over, if one was. */
export type StorageReply = { buffer?: ArrayBuffer } & StorageResult

export type StorageResult =
  | { type: 'done' }
  /** By the name of the error; its text may name a file. */
  | { type: 'failed'; error: string }
