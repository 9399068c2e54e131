import type { InflateRaw, ZstdDecompress } from 'node:zlib';
import type { ByteSource } from './source.ts';

/** Packed bytes that are fed at once. With gzip they can become a thousand times as many. */
const PIECE = 32 * 1024;
/** Unpacked bytes that may wait to be taken before unpacking pauses. */
const MAXIMUM_QUEUED = 1024 * 1024;

export interface Unpacked extends ByteSource {
  /** Once everything is read: what was fed and isn't part of what was packed. Good until the source is read again. */
  unused(): Uint8Array;
}

/**
 * Unpacks piece by piece with bounded memory. Everything that the stream unpacked before a fault is given before the
 * fault is thrown: zlib's own stream would discard what waits in it.
 */
export function unpackThrough(stream: InflateRaw | ZstdDecompress, source: ByteSource): Unpacked {
  const piece = Buffer.alloc(PIECE);
  const queue: Buffer[] = [];
  let queued = 0;
  let taken = 0;
  let fed = 0;
  let lastFed = 0;
  let isFeeding = false;
  let isInputEnded = false;
  let isEnded = false;
  let failure: Error | undefined;
  let wake = (): void => {};

  stream.on('data', (chunk: Buffer) => {
    queue.push(chunk);
    queued += chunk.length;
    if (queued >= MAXIMUM_QUEUED) stream.pause();
    wake();
  });
  stream.on('end', () => {
    isEnded = true;
    wake();
  });
  stream.on('error', (error) => {
    failure ??= error;
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
    fed += count;
    lastFed = count;
    stream.write(piece.subarray(0, count), () => {
      isFeeding = false;
      // What isn't taken lies behind the end, which is told only later: nothing more may be fed until then.
      if (stream.bytesWritten < fed) isInputEnded = true;
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
    unused: () => piece.subarray(lastFed - (fed - stream.bytesWritten), lastFed),
    async close() {
      stream.destroy();
      await source.close();
    },
  };
}
