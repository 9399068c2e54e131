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
function internedByteStringAt(bytes: Uint8Array, start: number, end: number): string {
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

/** The parameters, NUL included, that the texts of `keptTexts` were read from, each at its slot's place. */
const keptBytes = new DataView(new ArrayBuffer(INTERNED * LONGEST_INTERNED));
/** How many bytes each is; 0 for a slot that holds none. */
const keptLengths = new Uint8Array(INTERNED);
const keptTexts: string[] = new Array(INTERNED).fill('');

/**
 * The text before the first NUL of the `length` bytes from `start` on, or all of them where there is none: as
 * internedByteStringAt, faster where one text after the other is read, for the bytes are looked at four at a time.
 * @param data upon the same bytes as `bytes`.
 */
export function internedTextAt(bytes: Uint8Array, data: DataView, start: number, length: number): string {
  if (length > LONGEST_INTERNED) return byteStringAt(bytes, start, textEnd(bytes, start, start + length));
  const wordsEnd = start + (length & ~3);
  const end = start + length;
  let hash = length;
  let at = start;
  for (; at < wordsEnd; at += 4) {
    hash = Math.imul(hash ^ data.getInt32(at, true), 0x85eb_ca6b);
    hash ^= hash >>> 13;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ data.getUint8(at), 0x0100_0193);
  const slot = (hash ^ (hash >>> 15)) & (INTERNED - 1);
  if (keptLengths[slot] === length && isKept(data, start, wordsEnd, end, slot * LONGEST_INTERNED)) {
    return keptTexts[slot];
  }
  const text = byteStringAt(bytes, start, textEnd(bytes, start, end));
  keptLengths[slot] = length;
  keptTexts[slot] = text;
  for (let index = 0; index < length; index++) {
    keptBytes.setUint8(slot * LONGEST_INTERNED + index, data.getUint8(start + index));
  }
  return text;
}

function isKept(data: DataView, start: number, wordsEnd: number, end: number, place: number): boolean {
  const offset = place - start;
  let at = start;
  for (; at < wordsEnd; at += 4) {
    if (data.getInt32(at, true) !== keptBytes.getInt32(at + offset, true)) return false;
  }
  for (; at < end; at++) if (data.getUint8(at) !== keptBytes.getUint8(at + offset)) return false;
  return true;
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
