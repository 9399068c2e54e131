import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { reasonOf } from '@seawall/base';
import { errors } from '../errors.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { fileReasonOf } from './file-reason.ts';

/** What stands for standard input (or output) in place of a path. */
export const STANDARD_STREAM = '-';

/** How a path is named in messages. */
export function nameOfPath(path: string): string {
  return path === STANDARD_STREAM ? 'standard input' : path;
}

/**
 * Opens a file, or standard input for `-`, as raw bytes.
 * @param signal from then on it is as if there were no more.
 * @throws cli/FILE_UNREADABLE while it is read.
 */
export async function* readBytes(
  path: string,
  terminal: Terminal,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stream =
    path === STANDARD_STREAM ? terminal.input : createReadStream(path, { highWaterMark: 1 << 18 });
  const end = (): void => void stream.destroy();
  signal?.addEventListener('abort', end);
  try {
    if (signal?.aborted) return;
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    if (!signal?.aborted) throw unreadable(path, error);
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** The same, unpacked where the bytes are gzip or zstd. @throws cli/FILE_UNREADABLE, cli/INPUT_DAMAGED */
export async function* readUnpacked(
  path: string,
  terminal: Terminal,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const chunks = readBytes(path, terminal, signal);
  const first = await chunks.next();
  if (first.done) return;
  const whole = startWith(first.value, chunks);
  const unpacker = unpackerFor(first.value);
  if (unpacker === undefined) {
    yield* whole;
    return;
  }
  const feeding = feed(unpacker, whole);
  try {
    for await (const chunk of unpacker) yield chunk as Uint8Array;
  } catch (error) {
    const reason = reasonOf(error);
    throw errors.create('INPUT_DAMAGED', { path: nameOfPath(path), reason }, error);
  }
  await feeding;
}

/** What is read as a whole (rules, policies, metadata) is far shorter; a few kilobytes can unpack to any length. */
const LONGEST = 128 * 1024 * 1024;

/** The whole file in memory, unpacked. @throws cli/FILE_UNREADABLE, cli/INPUT_DAMAGED, cli/INPUT_TOO_LONG */
export async function readWhole(path: string, terminal: Terminal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readUnpacked(path, terminal)) {
    length += chunk.length;
    if (length > LONGEST) throw errors.create('INPUT_TOO_LONG', { path: nameOfPath(path), bytes: LONGEST });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The files that a list of paths names: a folder stands for the `.yaml` and `.yml` files in it, by name.
 * @throws cli/FILE_UNREADABLE
 */
export async function expandFolders(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === STANDARD_STREAM) {
      files.push(path);
      continue;
    }
    try {
      if (!(await stat(path)).isDirectory()) files.push(path);
      else files.push(...(await rulesIn(path)));
    } catch (error) {
      throw unreadable(path, error);
    }
  }
  return files;
}

async function rulesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort();
}

/** @returns the size of a file in bytes; undefined for standard input, pipes and what can't be looked at. */
export async function sizeOf(path: string): Promise<number | undefined> {
  if (path === STANDARD_STREAM) return undefined;
  try {
    const facts = await stat(path);
    return facts.isFile() ? facts.size : undefined;
  } catch {
    // Opening the file says why; a size is only wanted for showing how far along the reading is.
    return undefined;
  }
}

function unreadable(path: string, error: unknown): Error {
  return errors.create('FILE_UNREADABLE', { path: nameOfPath(path), reason: fileReasonOf(error) }, error);
}

function unpackerFor(start: Uint8Array) {
  if (start[0] === 0x1f && start[1] === 0x8b) return createGunzip();
  if (start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd) {
    return createZstdDecompress();
  }
  return undefined;
}

async function* startWith(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/** Writes all chunks into an unpacker, waiting where it is full; what goes wrong comes out of the unpacker. */
async function feed(
  unpacker: Readable & NodeJS.WritableStream,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (unpacker.destroyed) return;
      if (!unpacker.write(chunk)) await new Promise((resolve) => unpacker.once('drain', resolve));
    }
    unpacker.end();
  } catch (error) {
    unpacker.destroy(error as Error);
  }
}
