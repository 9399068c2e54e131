/* Byte strings: JS strings with one char (0-255) per byte, the form that every text has inside Seawall. */

const latin1Slice = (Buffer.prototype as { latin1Slice(start: number, end: number): string } & Buffer)
  .latin1Slice;

/** The bytes from `start` to before `end` as a byte string: one char per byte. */
export function byteStringAt(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes as Buffer, start, end);
}

/** NUL-separated byte strings; a trailing NUL starts no further one. */
export function byteStringsAt(bytes: Uint8Array, start: number, end: number): string[] {
  const strings: string[] = [];
  for (let from = start; from < end; ) {
    const to = textEnd(bytes, from, end);
    strings.push(byteStringAt(bytes, from, to));
    from = to + 1;
  }
  return strings;
}

/** Offset of the first NUL from `start` on, or `end` where there is none before it. */
export function textEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === 0) return at;
  return end;
}
