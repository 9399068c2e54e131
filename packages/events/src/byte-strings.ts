/* Byte strings: JS strings with one char (0-255) per byte, the form that every text has inside Seawall. */

const latin1Slice = (Buffer.prototype as { latin1Slice(start: number, end: number): string } & Buffer)
  .latin1Slice;

/** The bytes from `start` to before `end` as a byte string: one char per byte. */
export function byteStringAt(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes as Buffer, start, end);
}

/** Longer texts are seldom seen twice in a row of events; comparing them would cost more than making them. */
const LONGEST_INTERNED = 96;
const INTERNED = 8192;
/** Texts that were made before, by a hash of their bytes: a later one with the same hash takes the place. */
const interned: string[] = new Array(INTERNED).fill('');

/**
 * As byteStringAt, for texts that repeat (names, paths): the same bytes mostly give the very same string, which costs
 * no memory and carries its hash for the tables that it is looked up in.
 */
export function internedByteStringAt(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > LONGEST_INTERNED) return byteStringAt(bytes, start, end);
  let hash = length;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x0100_0193);
  const slot = (hash ^ (hash >>> 15)) & (INTERNED - 1);
  const known = interned[slot];
  if (known.length === length) {
    let index = 0;
    while (index < length && known.charCodeAt(index) === bytes[start + index]) index++;
    if (index === length) return known;
  }
  const made = byteStringAt(bytes, start, end);
  interned[slot] = made;
  return made;
}

/** NUL-separated byte strings; a trailing NUL starts no further one. */
export function byteStringsAt(bytes: Uint8Array, start: number, end: number): string[] {
  const strings: string[] = [];
  for (let from = start; from < end; ) {
    const to = textEnd(bytes, from, end);
    strings.push(internedByteStringAt(bytes, from, to));
    from = to + 1;
  }
  return strings;
}

/** Offset of the first NUL from `start` on, or `end` where there is none before it. */
export function textEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === 0) return at;
  return end;
}
