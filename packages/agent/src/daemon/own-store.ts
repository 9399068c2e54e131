import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@seawall/base';
import { openStore, type Store } from '@seawall/store';
import { type Lock, takeLock } from './lock.ts';
import type { AgentOptions } from './options.ts';

/** The store of this agent alone. */
export interface OwnStore {
  /** Opens it, with its folder made where there is none. @throws agent/ALREADY_RUNNING, and those of opening the store */
  open(): Store;
  /** Lets another agent have it. */
  release(): void;
}

export function createOwnStore(path: string, clock: Clock, { log }: Pick<AgentOptions, 'log'>): OwnStore {
  let lock: Lock | undefined;
  return {
    open() {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // Before the store is looked at: a damaged one is moved away.
      lock ??= takeLock(`${path}.lock`);
      return openStore({
        path,
        clock,
        onDamage: ({ reason, movedTo }) =>
          log('error', `the store was damaged (${reason}): it was moved to ${movedTo}, and a new one begun`),
      });
    },
    release: () => lock?.release(),
  };
}
