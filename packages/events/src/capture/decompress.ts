import { createGunzip, createZstdDecompress } from 'node:zlib';
import { errors } from '../errors.ts';
import { BEGINNING_LENGTH, type Packing, packingOf } from './beginning.ts';
import type { ByteSource } from './source.ts';
import { withFirstBytes } from './source.ts';

/** Packed bytes that are fed at once. With gzip they can become a thousand times as many. */
const PIECE = 32 * 1024;
/** Unpacked bytes that may wait to be taken before unpacking pauses. */
const MAXIMUM_QUEUED = 1024 * 1024;

/** The source unpacked, where its first bytes say that it is packed with gzip or zstd; else the source itself. */
export async function unpack(source: ByteSource, path: string): Promise<ByteSource> {
  const first = new Uint8Array(BEGINNING_LENGTH);
  let length = 0;
  while (length < first.length) {
    const count = await source.read(first, length, first.length);
    if (count === 0) break;
    length += count;
  }
  const beginning = first.subarray(0, length);
  const whole = withFirstBytes(beginning, source);
  const packing = packingOf(beginning);
  return packing === undefined ? whole : unpackSource(whole, packing, path);
}

/**
 * Unpacks piece by piece with bounded memory. Everything unpacked before a fault is given before the fault is thrown:
 * zlib's own stream would discard what waits in it.
 */
function unpackSource(source: ByteSource, packing: Packing, path: string): ByteSource {
  const stream = packing === 'gzip' ? createGunzip({ chunkSize: 64 * 1024 }) : createZstdDecompress();
  const piece = Buffer.alloc(PIECE);
  const queue: Buffer[] = [];
  let queued = 0;
  let taken = 0;
  let unpacked = 0;
  let isFeeding = false;
  let isInputEnded = false;
  let isEnded = false;
  let failure: Error | undefined;
  let wake = (): void => {};

  stream.on('data', (chunk: Buffer) => {
    queue.push(chunk);
    queued += chunk.length;
    unpacked += chunk.length;
    if (queued >= MAXIMUM_QUEUED) stream.pause();
    wake();
  });
  stream.on('end', () => {
    isEnded = true;
    wake();
  });
  stream.on('error', (error) => {
    failure ??= errors.create(
      'COMPRESSION_DAMAGED',
      { path, method: packing, offset: unpacked, reason: error.message },
      error,
    );
    wake();
  });

  async function feed(): Promise<void> {
    const count = await source.read(piece, 0, PIECE);
    if (count === 0) {
      isInputEnded = true;
      stream.end();
      return;
    }
    isFeeding = true;
    stream.write(piece.subarray(0, count), () => {
      isFeeding = false;
      wake();
    });
  }

  function take(target: Uint8Array, from: number, to: number): number {
    const chunk = queue[0]!;
    const part = chunk.subarray(taken, taken + to - from);
    target.set(part, from);
    taken += part.length;
    if (taken === chunk.length) {
      queue.shift();
      queued -= chunk.length;
      taken = 0;
    }
    return part.length;
  }

  return {
    async read(target, from, to) {
      for (;;) {
        if (queue.length > 0) return take(target, from, to);
        if (failure !== undefined) throw failure;
        if (isEnded) return 0;
        if (stream.isPaused()) stream.resume();
        if (!isFeeding && !isInputEnded) await feed();
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    async close() {
      stream.destroy();
      await source.close();
    },
  };
}
