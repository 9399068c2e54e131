import { byteStringAt, byteStringsAt, textEnd } from '../byte-strings.ts';
import { int64NumberAt } from '../integers.ts';

/**
 * Reads a table entry field by field, never beyond `end`: reading past it gives zeros and empty text and sets
 * `isShort`, which whoever parses the entry checks once at its end.
 */
export interface Cursor {
  readonly bytes: Uint8Array;
  readonly data: DataView;
  at: number;
  end: number;
  isShort: boolean;
}

export function createCursor(bytes: Uint8Array, data: DataView, at: number, end: number): Cursor {
  return { bytes, data, at, end, isShort: false };
}

export function takeUint8(cursor: Cursor): number {
  const at = advance(cursor, 1);
  return at < 0 ? 0 : cursor.data.getUint8(at);
}

export function takeUint16(cursor: Cursor): number {
  const at = advance(cursor, 2);
  return at < 0 ? 0 : cursor.data.getUint16(at, true);
}

export function takeUint32(cursor: Cursor): number {
  const at = advance(cursor, 4);
  return at < 0 ? 0 : cursor.data.getUint32(at, true);
}

export function takeUint64(cursor: Cursor): bigint {
  const at = advance(cursor, 8);
  return at < 0 ? 0n : cursor.data.getBigUint64(at, true);
}

/** A signed 64-bit integer as a number, rounded beyond 2^53. */
export function takeInt64Number(cursor: Cursor): number {
  const at = advance(cursor, 8);
  return at < 0 ? 0 : int64NumberAt(cursor.data, at);
}

/** That many bytes, copied. */
export function takeBytes(cursor: Cursor, length: number): Uint8Array {
  const at = advance(cursor, length);
  return at < 0 ? new Uint8Array(length) : cursor.bytes.slice(at, at + length);
}

/** Text of that many bytes, up to its first NUL. */
export function takeTextOf(cursor: Cursor, length: number): string {
  const at = advance(cursor, length);
  return at < 0 ? '' : byteStringAt(cursor.bytes, at, textEnd(cursor.bytes, at, at + length));
}

/** Text with its length (u16) in front, up to its first NUL. */
export function takeText(cursor: Cursor): string {
  return takeTextOf(cursor, takeUint16(cursor));
}

/** NUL-separated strings with their total length (u16) in front. */
export function takeTexts(cursor: Cursor): string[] {
  const length = takeUint16(cursor);
  const at = advance(cursor, length);
  return at < 0 ? [] : byteStringsAt(cursor.bytes, at, at + length);
}

function advance(cursor: Cursor, length: number): number {
  const at = cursor.at;
  if (at + length > cursor.end) {
    cursor.isShort = true;
    cursor.at = cursor.end;
    return -1;
  }
  cursor.at = at + length;
  return at;
}
