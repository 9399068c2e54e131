import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputsConfig } from './configuration.ts';
import { fileFault } from './file-fault.ts';
import type { Output } from './output.ts';

/** Alerts tell much of a machine: its group may read them, others not. */
const MODE = 0o640;

/**
 * Nothing here waits in the system: a named pipe that nobody reads would hold one of the few threads that Node has for files, and the
 * process with it, which ends no sooner than they do.
 */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** Milliseconds until a full pipe is looked at again. */
const PIPE_PAUSE = 10;

const LINE_FEED = 10;

/** Lines at the end of a file, which is kept open or opened for each writing. Rotating it is for others. */
export function createFileOutput({
  filename,
  keep_alive: isKeptOpen,
}: NonNullable<OutputsConfig['file_output']>): Output {
  let file: FileHandle | undefined;
  /** Whether the last line lacks its end: a disk that was full takes a part of what is written. */
  let isTorn = false;

  async function opened(): Promise<FileHandle> {
    try {
      return await open(filename, FLAGS, MODE);
    } catch (error) {
      throw fileFault(filename, error);
    }
  }

  async function append(target: FileHandle, text: string, signal: AbortSignal): Promise<void> {
    const bytes = Buffer.from(isTorn ? `\n${text}` : text);
    for (let offset = 0; offset < bytes.length; ) {
      const taken = await target.write(bytes, offset).then(({ bytesWritten }) => bytesWritten, whereFull);
      offset += taken;
      if (taken > 0) isTorn = bytes[offset - 1] !== LINE_FEED;
      else await sleep(PIPE_PAUSE, undefined, { signal });
    }
  }

  async function close(): Promise<void> {
    const before = file;
    file = undefined;
    await before?.close();
  }

  return {
    name: 'file',
    mostAtOnce: 1000,
    async write(alerts, signal) {
      file ??= await opened();
      try {
        await append(file, alerts.map(({ line }) => `${line}\n`).join(''), signal);
      } catch (error) {
        await close();
        throw fileFault(filename, error);
      }
      if (!isKeptOpen) await close();
    },
    async reopen() {
      await close();
      file = await opened();
      if (!isKeptOpen) await close();
    },
    close,
  };
}

/** @returns that it took nothing, where it is a pipe that has no room */
function whereFull(error: NodeJS.ErrnoException): number {
  if (error.code === 'EAGAIN') return 0;
  throw error;
}
