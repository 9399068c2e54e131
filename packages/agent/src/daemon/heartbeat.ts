import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { isSystemError } from './system-error.ts';

/**
 * A file that says when the agent was last known to have everything in the store. It is written in place and not
 * synced: it is to survive the end of the process, not of the machine, where the boot time tells enough.
 */
export interface Heartbeat {
  /** @param time up to which everything is committed: nanoseconds since the epoch. */
  beat(time: bigint): void;
  /** An orderly end: there is nothing to tell at the next start but the pause itself. */
  end(time: bigint): void;
  /** Leaves it as it is. */
  close(): void;
}

/** What the last run left. */
export interface LastRun {
  /** Up to when everything was committed: nanoseconds since the epoch. */
  readonly time: bigint;
  /** Whether it ended in order. */
  readonly hasEnded: boolean;
}

const LENGTH = 32;

/** @returns undefined where there was no run before, or nothing can be made of the file. @throws errors of the file system but ENOENT */
export function readHeartbeat(path: string): LastRun | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
  const [, time, state] = /^(\d{1,20}) (alive|ended) *\n$/.exec(text) ?? [];
  return time === undefined ? undefined : { time: BigInt(time), hasEnded: state === 'ended' };
}

/** The file is made with the first beat. */
export function createHeartbeat(path: string): Heartbeat {
  let descriptor: number | undefined;
  const open = (): number => {
    closeSync(openSync(path, 'a+', 0o600));
    return openSync(path, 'r+');
  };
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const write = (time: bigint, state: string): void => {
    descriptor ??= open();
    // One write of one length: whoever reads sees the old text or the new.
    writeSync(descriptor, `${`${time} ${state}`.padEnd(LENGTH - 1)}\n`, 0, 'latin1');
  };
  return {
    beat: (time) => write(time, 'alive'),
    end(time) {
      try {
        write(time, 'ended');
      } finally {
        close();
      }
    },
    close,
  };
}
