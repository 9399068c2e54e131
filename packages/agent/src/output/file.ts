import { type FileHandle, open } from 'node:fs/promises';
import type { OutputsConfig } from './configuration.ts';
import { fileFault } from './file-fault.ts';
import type { Output } from './output.ts';

/** Alerts tell much of a machine: its group may read them, others not. */
const MODE = 0o640;

/** Lines at the end of a file, which is kept open or opened for each writing. Rotating it is for others. */
export function createFileOutput({
  filename,
  keep_alive: isKeptOpen,
}: NonNullable<OutputsConfig['file_output']>): Output {
  let file: FileHandle | undefined;
  /** Whether the last line may lack its end: a disk that was full takes a part of what is written. */
  let isTorn = false;

  async function opened(): Promise<FileHandle> {
    try {
      return await open(filename, 'a', MODE);
    } catch (error) {
      throw fileFault(filename, error);
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
    async write(alerts) {
      file ??= await opened();
      const text = alerts.map(({ line }) => `${line}\n`).join('');
      try {
        await file.appendFile(isTorn ? `\n${text}` : text);
        isTorn = false;
      } catch (error) {
        isTorn = true;
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
