import { statSync } from 'node:fs';
import { type Clock, isSeawallError, nanosecondsNow, type SeawallError } from '@seawall/base';
import { sql } from 'kysely';
import { type Committer, createCommitter } from '../commit/commit.ts';
import { sqlite } from '../dialect.ts';
import { errors } from '../errors.ts';
import { migrate, requireNewestSchema } from '../schema/migrate.ts';
import type { Schema } from '../schema/tables.ts';
import { type Connection, openConnection } from './connection.ts';
import { isOwnFile, moveAside } from './damage.ts';
import { corruptError, storeErrorOf } from './failure.ts';
import { fileIdentity, hasLostItsName, removeLogs } from './file-identity.ts';

/** A damaged file that was moved aside. */
export interface Damage {
  readonly path: string;
  /** Where it is now. */
  readonly movedTo: string;
  /** What SQLite said. */
  readonly reason: string;
}

export interface SessionOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly access: 'own' | 'edit' | 'read';
  readonly durability: 'process' | 'power';
  readonly activityLimit: number;
  readonly onDamage: ((damage: Damage) => void) | undefined;
  readonly onRemoved: (() => void) | undefined;
}

/** An open file that outlives damage: what is damaged is moved aside, and a new file takes its place. */
export interface Session {
  /** @throws store/CLOSED, store/CORRUPT (then the next call finds a new file, where this one owns it), and others */
  run<Result>(work: (connection: Connection) => Result): Result;
  /** The same with what stores batches. */
  commit: Committer['commit'];
  /** To be told when rows were deleted. */
  forget(): void;
  close(): void;
}

/** Of how a store's own mishaps are told: as gaps of this source. */
export const STORE_SOURCE = 'store';

const TABLES: readonly (keyof Schema)[] = [
  'finding_group',
  'workload',
  'series',
  'series_slice',
  'severity_slice',
  'state_slice',
  'output',
  'occurrence',
  'action',
  'outbox',
  'activity',
  'gap',
  'position',
  'memory',
];

export function openSession(options: SessionOptions): Session {
  const { path, access } = options;
  let connection: Connection | undefined;
  let identity: string | undefined;
  let committer: Committer | undefined;
  use(openOrReplace(options));

  function use(opened: Connection): void {
    connection = opened;
    identity = fileIdentity(path);
    committer = undefined;
  }

  /** A file without a name takes whatever is written to it, and nobody ever reads it. */
  function requireNamed(): void {
    if (connection === undefined || access !== 'own' || !hasLostItsName(path, identity)) return;
    const before = connection;
    try {
      use(replaceRemoved(options));
    } catch (error) {
      throw storeErrorOf(error, path);
    }
    before.close();
    options.onRemoved?.();
  }

  function run<Result>(work: (connection: Connection) => Result): Result {
    if (connection === undefined) throw errors.create('CLOSED', { path });
    try {
      return work(connection);
    } catch (error) {
      const known = storeErrorOf(error, path);
      if (access !== 'own' || !isSeawallError(known, 'store/CORRUPT')) throw known;
      connection.close();
      connection = undefined;
      committer = undefined;
      const damage = replaceDamaged(options, known);
      use(damage.connection);
      throw corruptError(
        path,
        damage.reason,
        `it was moved to ${damage.movedTo}, a new one was begun`,
        known,
      );
    }
  }

  return {
    run,
    commit(batch) {
      requireNamed();
      return run((open) => {
        committer ??= createCommitter(open, sqlite, options);
        return committer.commit(batch);
      });
    },
    forget: () => committer?.forget(),
    close() {
      connection?.close();
      connection = undefined;
    },
  };
}

function openOrReplace(options: SessionOptions): Connection {
  try {
    return openSound(options);
  } catch (error) {
    if (options.access !== 'own' || !isSeawallError(error, 'store/CORRUPT')) throw error;
    if (!isOwnFile(options.path)) {
      const reason = String(error.details.reason);
      throw errors.create('FOREIGN', { path: options.path, reason }, error);
    }
    return replaceDamaged(options, error).connection;
  }
}

/** Moves the file aside, begins a new one and writes down in it what happened. */
function replaceDamaged(options: SessionOptions, error: SeawallError): Damage & { connection: Connection } {
  const { path, clock, onDamage } = options;
  const reason = String(error.details.reason);
  const movedTo = moveAside(path, clock.now());
  const connection = openSound(options);
  writeMishap(
    connection,
    options,
    `the store was damaged (${reason}) and moved to ${movedTo}: findings from before are there`,
  );
  onDamage?.({ path, movedTo, reason });
  return { connection, path, movedTo, reason };
}

/** Begins a file where the one that was open has been removed, or takes the one that has its name now, and writes that down in it. */
function replaceRemoved(options: SessionOptions): Connection {
  removeLogs(options.path);
  const connection = openSound(options);
  writeMishap(
    connection,
    options,
    'the file of the store was removed or replaced while it was used: findings from before were in that one',
  );
  return connection;
}

function writeMishap(connection: Connection, options: SessionOptions, reason: string): void {
  const now = nanosecondsOf(options.clock);
  const gap = { source: STORE_SOURCE, from: now, to: now, reason, lostEvents: undefined };
  createCommitter(connection, sqlite, options).commit({ gaps: [gap] });
}

/** Opens a file, brings its schema up to date where that is ours to do, and looks at every table. */
function openSound(options: SessionOptions): Connection {
  const { path, access, clock } = options;
  const connection = openConnection(options);
  try {
    requireWhole(connection);
    if (access === 'own') migrate(connection, sqlite, nanosecondsOf(clock));
    else requireNewestSchema(connection);
    for (const table of TABLES) {
      connection.rows(sqlite.builder.selectFrom(table).select(sql<number>`1`.as('one')).limit(1));
    }
    return connection;
  } catch (error) {
    connection.close();
    throw storeErrorOf(error, path);
  }
}

/** A file that was cut off shows only when something reads the pages that are gone. */
function requireWhole(connection: Connection): void {
  const { path } = connection;
  const pages = connection.pragma('page_count');
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const missing = pages * connection.pragma('page_size') - statSync(path).size;
  if (hasLog || missing <= 0) return;
  throw corruptError(path, `the last ${missing} bytes are missing`, 'nothing was changed');
}

function nanosecondsOf(clock: Clock): bigint {
  return nanosecondsNow(clock);
}
