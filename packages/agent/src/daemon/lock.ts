import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { errors } from '../errors.ts';
import { isSystemError } from './system-error.ts';

/** Held by the one agent that writes into a store. */
export interface Lock {
  release(): void;
}

/**
 * Makes a file with this process's id and start time, unless one of a process that still runs is there.
 * @throws agent/ALREADY_RUNNING
 */
export function takeLock(path: string): Lock {
  for (;;) {
    try {
      const descriptor = openSync(path, 'wx', 0o600);
      try {
        writeSync(descriptor, ownMark());
      } catch (error) {
        // On a full disk it would stay, empty.
        rmSync(path, { force: true });
        throw error;
      } finally {
        closeSync(descriptor);
      }
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error;
    }
    const mark = readFileSync(path, 'latin1');
    const pid = Number.parseInt(mark, 10);
    if (mark === markOf(pid)) throw errors.create('ALREADY_RUNNING', { pid, path });
    // Left behind by one that was killed; whoever removes it first is not necessarily who makes the next.
    rmSync(path, { force: true });
  }
}

function ownMark(): string {
  return markOf(process.pid) ?? `${process.pid} -`;
}

/** A process's id and when it started, so that a pid that comes round again is not taken for it; undefined when it is gone. */
function markOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Behind the name, which may hold anything, the start is the 20th field (proc(5): starttime, field 22).
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${start}`;
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ESRCH')) return undefined;
    throw error;
  }
}
