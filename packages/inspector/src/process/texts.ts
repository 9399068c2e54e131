import { byteStringAt, byteStringsAt } from '@seawall/events';

/** A list of texts that few will ever read: it is taken apart when somebody does. */
export interface Texts {
  /** The texts one behind the other, each ended by a NUL; undefined once they are taken apart. */
  bytes: Uint8Array | undefined;
  texts: readonly string[];
}

export function textsOf(texts: readonly string[]): Texts {
  return { bytes: undefined, texts };
}

/** @param bytes are copied: they may be a batch's. */
export function textsIn(bytes: Uint8Array, start: number, end: number): Texts {
  return { bytes: Uint8Array.prototype.slice.call(bytes, start, end), texts: [] };
}

export function readTextsOf(source: Texts): readonly string[] {
  if (source.bytes !== undefined) {
    const texts = byteStringsAt(source.bytes, 0, source.bytes.length);
    // A lone NUL is no text.
    source.texts = texts.length === 1 && texts[0] === '' ? [] : texts;
    source.bytes = undefined;
  }
  return source.texts;
}

/** The texts with one space between them; does not take them apart. */
export function joinTextsOf({ bytes, texts }: Texts): string {
  if (bytes === undefined) return texts.join(' ');
  const { length } = bytes;
  const end = length > 0 && bytes[length - 1] === 0 ? length - 1 : length;
  return byteStringAt(bytes, 0, end).replaceAll('\0', ' ');
}
