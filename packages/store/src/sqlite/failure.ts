import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSeawallError, type SeawallError } from '@seawall/base';
import { SQLITE_CORRUPT } from '../damaged.ts';
import { errors } from '../errors.ts';

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that mean something to whoever uses a store. */
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const INPUT_OUTPUT = 10;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

/** How long a change waits for another process's. The main thread waits with it, so not for long. */
export const BUSY_SECONDS = 2;

/** What errors of the system mean to whoever uses a store, by their code; any other is a file that can't be used. */
const KINDS_OF_THE_SYSTEM: Readonly<Record<string, 'READ_ONLY' | 'FULL' | 'INPUT_OUTPUT'>> = {
  EROFS: 'READ_ONLY',
  ENOSPC: 'FULL',
  EDQUOT: 'FULL',
  EIO: 'INPUT_OUTPUT',
};

/**
 * The store's own error for one that SQLite raised, or that the system did for the store's file, its folder or what lies
 * beside it; any other error is returned as it is.
 */
export function storeErrorOf(error: unknown, path: string): unknown {
  if (isSeawallError(error)) return error;
  const code = (error as { errcode?: number }).errcode;
  if (code === undefined) return errorOfTheSystem(error, path) ?? error;
  const reason = (error as Error).message;
  switch (code & 0xff) {
    case FULL:
      return errors.create('FULL', { path }, error);
    case BUSY:
    case LOCKED:
      return errors.create('LOCKED', { path, seconds: BUSY_SECONDS }, error);
    case READ_ONLY:
      return errors.create('READ_ONLY', { path, reason }, error);
    case SQLITE_CORRUPT:
    case NOT_A_DATABASE:
      return corruptError(path, reason, 'nothing was changed', error);
    case INPUT_OUTPUT:
      return errors.create(hasRoom(path) ? 'INPUT_OUTPUT' : 'FULL', { path, reason }, error);
    case CANNOT_OPEN:
      return errors.create('UNREADABLE', { path, reason }, error);
    default:
      return error;
  }
}

function errorOfTheSystem(error: unknown, path: string): SeawallError | undefined {
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return undefined;
  return errors.create(KINDS_OF_THE_SYSTEM[code] ?? 'UNREADABLE', { path, reason: message }, error);
}

export function corruptError(
  path: string,
  reason: string,
  consequence: string,
  cause?: unknown,
): SeawallError {
  return errors.create('CORRUPT', { path, reason, consequence }, cause);
}

/** A full disk can show as a failed write of the files beside the database. */
function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize > 1 << 20;
  } catch {
    return true;
  }
}
