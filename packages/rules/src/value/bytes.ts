/**
 * Byte strings: the language's strings are bytes, held as JS strings with one char (0-255) a byte. These are the
 * only crossings between them and ordinary text.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The UTF-8 bytes of `text` as a byte string. */
export function bytesFromText(text: string): string {
  if (isAscii(text)) return text;
  return bytesFromArray(encoder.encode(text));
}

/** The text of a byte string in UTF-8; bytes that aren't UTF-8 become U+FFFD, so use it only to show. */
export function textFromBytes(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  return decoder.decode(arrayFromBytes(bytes));
}

export function bytesFromArray(array: Uint8Array): string {
  let bytes = '';
  for (let i = 0; i < array.length; i++) bytes += String.fromCharCode(array[i]!);
  return bytes;
}

export function arrayFromBytes(bytes: string): Uint8Array {
  const array = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) array[i] = bytes.charCodeAt(i);
  return array;
}

/**
 * Cuts a byte string into runs of valid UTF-8, as text, and single bytes that aren't part of any.
 * Nothing is lost: encoding the texts again and adding the bytes gives the byte string back.
 */
export function splitUtf8(bytes: string): (string | number)[] {
  const runs: (string | number)[] = [];
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      if (text !== '') runs.push(text);
      text = '';
      runs.push(bytes.charCodeAt(i));
      i++;
    } else {
      text += length === 1 ? bytes[i]! : textFromBytes(bytes.slice(i, i + length));
      i += length;
    }
  }
  if (text !== '') runs.push(text);
  return runs;
}

/** Length of the well-formed UTF-8 sequence at `at` (Unicode, table 3-7), 0 when there is none. */
export function sequenceLength(bytes: string, at: number): number {
  const lead = bytes.charCodeAt(at);
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes.charCodeAt(at + 1);
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let i = at + 2; i < at + length; i++) {
    const next = bytes.charCodeAt(i);
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
