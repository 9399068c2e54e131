import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type CaptureInput, type CaptureSection, readCapture } from './index.ts';

/* Reading whole captures into values that can be compared, for this package's tests. */

/** What a capture gave: its sections with the events copied, and the error it ended with. */
export interface WholeCapture {
  /** Every section but events, tables joined as far as nothing lies between. */
  readonly tables: CaptureSection[];
  /** Each event as `number cpu flags bytes`. */
  readonly events: string[];
  readonly error: unknown;
}

export async function readWhole(input: CaptureInput): Promise<WholeCapture> {
  const tables: CaptureSection[] = [];
  const events: string[] = [];
  let error: unknown;
  try {
    for await (const section of readCapture(input)) {
      if (section.kind !== 'events') {
        tables.push(structuredClone(section));
        continue;
      }
      const { batch } = section;
      for (let index = 0; index < batch.count; index++) {
        const offset = batch.offsets[index]!;
        const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset + offset);
        const text = bytes.toString('hex', 0, bytes.readUInt32LE(16));
        events.push(`${batch.numbers[index]} ${batch.cpus[index]} ${batch.flags?.[index]} ${text}`);
      }
    }
  } catch (thrown) {
    error = thrown;
  }
  return { tables, events, error };
}

/** A capture file's bytes, unpacked. */
export function unpackedBytes(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}

/** The block that a capture starts with, without options. */
export function sectionHeader(
  options: { readonly major?: number; readonly isForeign?: boolean } = {},
): Buffer {
  const block = Buffer.alloc(28);
  block.writeUInt32LE(0x0a0d0d0a, 0);
  block.writeUInt32LE(28, 4);
  if (options.isForeign === true) block.writeUInt32BE(0x1a2b3c4d, 8);
  else block.writeUInt32LE(0x1a2b3c4d, 8);
  block.writeUInt16LE(options.major ?? 1, 12);
  block.writeUInt16LE(2, 14);
  block.writeBigInt64LE(-1n, 16);
  block.writeUInt32LE(28, 24);
  return block;
}
