import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@seawall/base';
import { openStore, type Store, storeErrorOf } from '@seawall/store';
import { type LastRun, readHeartbeat } from './heartbeat.ts';
import { type Lock, takeLock } from './lock.ts';
import type { AgentOptions } from './options.ts';

/** The store of this agent alone. */
export interface OwnStore {
  /** Where it is written down up to when everything is stored. */
  readonly heartbeatPath: string;
  /** Where pauses are written down until they are stored. */
  readonly pauseNotesPath: string;
  /** What the last agent on it left; undefined where there was none. @throws those of opening the store */
  lastRun(): LastRun | undefined;
  /** Opens it, with its folder made where there is none. @throws agent/ALREADY_RUNNING, and those of opening the store */
  open(): Store;
  /** Lets another agent have it. */
  release(): void;
}

export function createOwnStore(path: string, clock: Clock, { log }: Pick<AgentOptions, 'log'>): OwnStore {
  const heartbeatPath = `${path}.alive`;
  let lock: Lock | undefined;

  /** What the system refuses beside the store, it refuses the store: a folder that may not be written, a full disk. */
  function beside<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw storeErrorOf(error, path);
    }
  }

  return {
    heartbeatPath,
    pauseNotesPath: `${path}.pauses`,
    lastRun: () => beside(() => readHeartbeat(heartbeatPath)),
    open() {
      // Before the store is looked at: a damaged one is moved away.
      lock ??= beside(() => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        return takeLock(`${path}.lock`);
      });
      return openStore({
        path,
        clock,
        onDamage: ({ reason, movedTo }) =>
          log('error', `the store was damaged (${reason}): it was moved to ${movedTo}, and a new one begun`),
        onRemoved: () =>
          log(
            'error',
            `${path} was removed or replaced: findings are stored in the file of that name from now on, those from before are not in it`,
          ),
      });
    },
    release: () => lock?.release(),
  };
}
