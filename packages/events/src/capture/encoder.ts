/** Bytes being put together: a buffer that grows as they come. */
export interface Encoder {
  bytes: Buffer;
  length: number;
}

export function createEncoder(capacity: number): Encoder {
  return { bytes: Buffer.alloc(capacity), length: 0 };
}

/** Makes room for that many more bytes and counts them as written; gives where they start. */
export function reserve(encoder: Encoder, length: number): number {
  const at = encoder.length;
  if (at + length > encoder.bytes.length) {
    const larger = Buffer.alloc(Math.max(encoder.bytes.length * 2, at + length));
    encoder.bytes.copy(larger, 0, 0, at);
    encoder.bytes = larger;
  }
  encoder.length = at + length;
  return at;
}

export function putUint8(encoder: Encoder, value: number): void {
  const at = reserve(encoder, 1);
  encoder.bytes[at] = value;
}

export function putUint16(encoder: Encoder, value: number): void {
  const at = reserve(encoder, 2);
  encoder.bytes.writeUInt16LE(value, at);
}

export function putUint32(encoder: Encoder, value: number): void {
  const at = reserve(encoder, 4);
  encoder.bytes.writeUInt32LE(value >>> 0, at);
}

export function putUint64(encoder: Encoder, value: bigint): void {
  const at = reserve(encoder, 8);
  encoder.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at);
}

/** An integer that may be negative. */
export function putInt64(encoder: Encoder, value: number): void {
  putUint64(encoder, BigInt(value));
}

export function putBytes(encoder: Encoder, bytes: Uint8Array): void {
  const at = reserve(encoder, bytes.length);
  encoder.bytes.set(bytes, at);
}

const MAXIMUM_TEXT = 0xffff;

/** A byte string with its length (u16) in front; cut where it is longer than that can tell. */
export function putText(encoder: Encoder, text: string): void {
  const length = Math.min(text.length, MAXIMUM_TEXT);
  putUint16(encoder, length);
  const at = reserve(encoder, length);
  encoder.bytes.write(text, at, length, 'latin1');
}

/** NUL-terminated byte strings with their total length (u16) in front. */
export function putTexts(encoder: Encoder, texts: readonly string[]): void {
  putText(encoder, texts.map((text) => `${text}\0`).join(''));
}
