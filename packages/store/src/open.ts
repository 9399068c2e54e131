import { resolve } from 'node:path';
import { type Clock, systemClock } from '@seawall/base';
import { type Damage, openSession } from './sqlite/session.ts';
import { createSqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

export interface OpenStoreOptions {
  /** The file; its folder is made where it isn't there. */
  readonly path: string;
  /** Tells when messages were created and names files that are moved aside. */
  readonly clock?: Clock;
  /**
   * `own` (the default) is for the one process that writes findings: it makes the file, brings its schema up to date and
   * moves a damaged one aside. `edit` changes what is there (acknowledging a finding, say), `read` changes nothing.
   */
  readonly access?: 'own' | 'edit' | 'read';
  /**
   * What committed findings survive. `process` (the default): the end of this process at any moment, by SIGKILL too; after a
   * power failure the last commits may be gone, all of each or nothing. `power`: that as well, for a flush of the disk
   * at every commit.
   */
  readonly durability?: 'process' | 'power';
  /** How many different values of activity are kept for each workload and kind; 1,000 unless told. */
  readonly activityLimit?: number;
  /** Is told when a damaged file was moved aside, at opening or later; it is also written down as a gap. */
  readonly onDamage?: (damage: Damage) => void;
  /** Is told when the file was removed or replaced while it was open, and one of its name is used since; it is also written down as a gap. */
  readonly onRemoved?: () => void;
}

/**
 * Opens the store in a SQLite file.
 * @throws store/ABSENT, store/UNREADABLE, store/READ_ONLY, store/FULL, store/LOCKED, store/FOREIGN, store/SCHEMA_NEWER,
 * store/SCHEMA_OLDER; store/CORRUPT where the file isn't ours to move aside.
 */
export function openStore({
  path,
  clock = systemClock,
  access = 'own',
  durability = 'process',
  activityLimit = 1000,
  onDamage,
  onRemoved,
}: OpenStoreOptions): Store {
  const session = openSession({
    path: resolve(path),
    ...{ clock, access, durability, activityLimit, onDamage, onRemoved },
  });
  return createSqliteStore(session);
}
