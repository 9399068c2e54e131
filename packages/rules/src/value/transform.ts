import type { FieldType, Value } from '../catalogue/catalogue.ts';
import { lowerAscii, upperAscii } from './compare.ts';

/** Changes one value; undefined when it can't be (text that isn't base64): then there is no value at all. */
export type Transform = (value: string) => string | undefined;

export type SingleTransformerName = 'tolower' | 'toupper' | 'b64' | 'basename' | 'len';

const textTypes: readonly FieldType[] = ['charbuf', 'fspath', 'fsrelpath'];

/** Whether that transformer can be put around a value (or each of a list) of that type. */
export function accepts(name: SingleTransformerName, type: FieldType, isList: boolean): boolean {
  if (name === 'len') return isList || type === 'bytebuf' || textTypes.includes(type);
  return name === 'b64' ? type === 'charbuf' || type === 'bytebuf' : textTypes.includes(type);
}

/** The transformers that give text for text. */
export function transformOf(name: Exclude<SingleTransformerName, 'len'>, type: FieldType): Transform {
  if (name === 'tolower') return lowerAscii;
  if (name === 'toupper') return upperAscii;
  if (name === 'basename') return (path) => path.slice(path.lastIndexOf('/') + 1);
  return type === 'bytebuf' ? decodeBuffer : decodeText;
}

/** Length of text in bytes, of a list in values. */
export function lengthOf(value: Value | readonly Value[]): number {
  return (value as string | readonly Value[]).length;
}

/** Text ends where its first NUL stands, as it does for everything that compares or prints text in C. */
export function cutAtNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

function decodeText(text: string): string | undefined {
  const decoded = decodeBase64(text);
  return decoded === undefined ? undefined : cutAtNul(decoded);
}

/** Falco ends a decoded buffer with a NUL where it has none, and counts it as part of the buffer. */
function decodeBuffer(buffer: string): string | undefined {
  const decoded = decodeBase64(buffer);
  return decoded === undefined || decoded.endsWith('\0') ? decoded : `${decoded}\0`;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digits: readonly (number | undefined)[] = Array.from({ length: 256 }, (_, code) => {
  const digit = alphabet.indexOf(String.fromCharCode(code));
  return digit === -1 ? undefined : digit;
});

/**
 * Decodes base64 strictly: padding is optional, but nothing else may stand between or behind the digits, and the
 * bits that are left over must be 0. Trailing NULs don't count.
 */
function decodeBase64(text: string): string | undefined {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  if (end === 0) return '';
  if (text[end - 1] === '=') end--;
  if (end < text.length && end > 0 && text[end] === '=' && text[end - 1] === '=') end--;
  if (end === 0 || end % 4 === 1) return undefined;
  let decoded = '';
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < end; i++) {
    const digit = digits[text.charCodeAt(i)];
    if (digit === undefined) return undefined;
    pending = ((pending << 6) | digit) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded += String.fromCharCode((pending >> bits) & 0xff);
    }
  }
  return (pending & ((1 << bits) - 1)) === 0 ? decoded : undefined;
}
