import { byteStringAt, byteStringsAt } from '@seawall/events';

/** A list of texts that few will ever read: it is taken apart when somebody does. */
export interface Texts {
  /** The texts one behind the other, each ended by a NUL; undefined where they were never in that form. */
  readonly bytes: Uint8Array | undefined;
  /** Undefined while nobody has asked. */
  texts: readonly string[] | undefined;
  /** The texts with one space between them; undefined while nobody has asked. */
  joined: string | undefined;
}

/** How many lists that came as bytes are remembered: programs that start one after the other mostly get the very same. */
const REMEMBERED = 256;
/** In bytes; longer lists are seldom, and not remembered. */
const LONGEST_REMEMBERED = 8192;
const remembered: (Texts | undefined)[] = new Array(REMEMBERED).fill(undefined);

export function textsOf(texts: readonly string[]): Texts {
  return { bytes: undefined, texts, joined: undefined };
}

/**
 * The texts in those bytes, which are copied: they may be a batch's. Lists that repeat are one and the same, so that what
 * is asked of them is worked out once.
 * @param data upon the same bytes as `bytes`.
 */
export function textsIn(bytes: Uint8Array, data: DataView, start: number, end: number): Texts {
  const length = end - start;
  if (length > LONGEST_REMEMBERED) return copyTexts(bytes, start, end);
  const slot = slotOf(data, start, length);
  const known = remembered[slot];
  if (known !== undefined) {
    if (Buffer.compare(known.bytes!, bytes.subarray(start, end)) === 0) return known;
    // What processes keep for themselves is the least that it can be.
    known.joined = undefined;
  }
  const texts = copyTexts(bytes, start, end);
  remembered[slot] = texts;
  return texts;
}

function copyTexts(bytes: Uint8Array, start: number, end: number): Texts {
  return { bytes: Uint8Array.prototype.slice.call(bytes, start, end), texts: undefined, joined: undefined };
}

/** By some of the words alone: which list it is shows in comparing. */
function slotOf(data: DataView, start: number, length: number): number {
  const step = 4 * Math.max(1, length >> 7);
  let hash = length;
  for (let at = 0; at + 4 <= length; at += step) {
    hash = Math.imul(hash ^ data.getInt32(start + at, true), 0x85eb_ca6b);
    hash ^= hash >>> 13;
  }
  return (hash ^ (hash >>> 15)) & (REMEMBERED - 1);
}

export function readTextsOf(source: Texts): readonly string[] {
  if (source.texts === undefined) {
    const bytes = source.bytes!;
    const texts = byteStringsAt(bytes, 0, bytes.length);
    // A lone NUL is no text.
    source.texts = texts.length === 1 && texts[0] === '' ? [] : texts;
  }
  return source.texts;
}

/** The texts with one space between them; does not take them apart. */
export function joinTextsOf(source: Texts): string {
  source.joined ??= source.bytes === undefined ? source.texts!.join(' ') : joinBytes(source.bytes);
  return source.joined;
}

function joinBytes(bytes: Uint8Array): string {
  const { length } = bytes;
  const end = length > 0 && bytes[length - 1] === 0 ? length - 1 : length;
  return byteStringAt(bytes, 0, end).replaceAll('\0', ' ');
}
