import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { errors } from '../errors.ts';

/** Where a capture's bytes come from, however it is stored. */
export interface ByteSource {
  /** Reads up to `to - from` bytes into `target` from `from` on; gives how many, 0 at the end. */
  read(target: Uint8Array, from: number, to: number): number | Promise<number>;
  close(): Promise<void>;
}

/** What a capture can be read from: a path, bytes in memory, or a stream of bytes such as standard input. */
export type CaptureInput = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Opens the bytes as they are stored. Throws CAPTURE_UNREADABLE. */
export async function openSource(input: CaptureInput): Promise<ByteSource> {
  if (typeof input === 'string') return openFile(input);
  return input instanceof Uint8Array ? sourceOfBytes(input) : sourceOfStream(input);
}

/** The same bytes with some put in front: those that were read to find out what the source holds. */
export function withFirstBytes(first: Uint8Array, source: ByteSource): ByteSource {
  let given = 0;
  return {
    read(target, from, to) {
      if (given === first.length) return source.read(target, from, to);
      const taken = first.subarray(given, given + to - from);
      target.set(taken, from);
      given += taken.length;
      return taken.length;
    },
    close: () => source.close(),
  };
}

/**
 * Regular files are read synchronously: a read from the page cache takes less than the way through the thread pool,
 * and whoever replays a file has nothing else to do. Pipes and devices are read asynchronously.
 */
async function openFile(path: string): Promise<ByteSource> {
  try {
    const file = await open(path, 'r');
    const isRegular = (await file.stat()).isFile();
    return {
      read(target, from, to) {
        try {
          if (isRegular) return readSync(file.fd, target, from, to - from, null);
        } catch (error) {
          throw unreadable(path, error);
        }
        return file.read(target, from, to - from, null).then(
          (result) => result.bytesRead,
          (error: unknown) => {
            throw unreadable(path, error);
          },
        );
      },
      close: () => file.close(),
    };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function sourceOfBytes(bytes: Uint8Array): ByteSource {
  return withFirstBytes(bytes, { read: () => 0, close: async () => {} });
}

function sourceOfStream(stream: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = stream[Symbol.asyncIterator]();
  let chunk = new Uint8Array(0);
  let given = 0;
  return {
    async read(target, from, to) {
      while (given === chunk.length) {
        const next = await iterator.next();
        if (next.done === true) return 0;
        chunk = next.value as Uint8Array<ArrayBuffer>;
        given = 0;
      }
      const taken = chunk.subarray(given, given + to - from);
      target.set(taken, from);
      given += taken.length;
      return taken.length;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

function unreadable(path: string, error: unknown): Error {
  return errors.create('CAPTURE_UNREADABLE', { path, reason: (error as Error).message }, error);
}
