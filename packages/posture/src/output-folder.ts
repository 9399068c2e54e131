import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errors } from './errors.ts';

/**
 * Refuses a place for new files that is no folder or holds files already; one that isn't there yet will do.
 * Throws `posture/OUTPUT_NOT_EMPTY` and `posture/CANNOT_WRITE`.
 */
export function refuseFilledFolder(path: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw cannotWrite(path, error);
  }
  if (names.length > 0) throw errors.create('OUTPUT_NOT_EMPTY', { path });
}

/** Makes a folder with those above it, for its owner alone. Throws `posture/CANNOT_WRITE`. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Writes a file and makes the folders above it. Throws `posture/CANNOT_WRITE`, whatever the disk says. */
export function writeFile(path: string, text: string, mode: number): void {
  makeFolder(dirname(path));
  try {
    writeFileSync(path, text, { mode });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): Error {
  return errors.create('CANNOT_WRITE', { path, reason: (error as Error).message }, error);
}
