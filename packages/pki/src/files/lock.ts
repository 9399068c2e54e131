import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errors } from '../errors.ts';

const lockName = '.seawall-lock';
const attempts = 3;

/**
 * Runs an action while no other Seawall process changes files under the root. A lock whose process has ended is taken over.
 * @throws pki/LOCKED, pki/FILE_UNWRITABLE, and what the action throws
 */
export async function whileLocked<Value>(root: string, action: () => Promise<Value>): Promise<Value> {
  const path = join(root, lockName);
  acquire(root, path);
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

/** The lock is linked into place with the process id already in it: nobody ever sees an empty one. */
function acquire(root: string, path: string): void {
  const own = `${path}.${process.pid}`;
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    writeFileSync(own, String(process.pid), { mode: 0o600 });
  } catch (cause) {
    throw errors.create('FILE_UNWRITABLE', { path: root, reason: (cause as Error).message }, cause);
  }
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        linkSync(own, path);
        return;
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        if (code !== 'EEXIST') throw errors.create('FILE_UNWRITABLE', { path, reason: message }, cause);
        const holder = readHolder(path);
        if (attempt === attempts || isRunning(holder))
          throw errors.create('LOCKED', { root, path, holder }, cause);
        takeAway(path, holder);
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** The process id in the lock; undefined when it has just been released. */
function readHolder(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes a dead process's lock; one that somebody else took over in the meantime is put back. */
function takeAway(path: string, holder: number | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside) === holder) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function isRunning(holder: number | undefined): boolean {
  if (!holder) return false;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
