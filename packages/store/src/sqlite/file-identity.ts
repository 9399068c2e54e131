import { rmSync, statSync } from 'node:fs';

/** What tells a file from another that has its name later; undefined where there is none. */
export function fileIdentity(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

/** Whether a file has lost its name. Where that can't be seen (a folder that may not be entered any more) it has it still. */
export function hasLostItsName(path: string, identity: string | undefined): boolean {
  try {
    return fileIdentity(path) !== identity;
  } catch {
    return false;
  }
}

/** What SQLite's names of a database's log end with. */
export const LOG_SUFFIXES = ['-wal', '-shm'];

/** Removes what SQLite keeps beside a database that is gone: whatever takes its name must never find the log of the old one. */
export function removeLogs(path: string): void {
  for (const suffix of LOG_SUFFIXES) rmSync(path + suffix, { force: true });
}
