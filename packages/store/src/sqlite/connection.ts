import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Compilable } from 'kysely';
import { HAS_WORDS } from '../dialect.ts';
import { errors } from '../errors.ts';
import { createWordTest } from '../words.ts';
import { BUSY_SECONDS, storeErrorOf } from './failure.ts';
import { type PreparedStatement, prepareStatement } from './prepared-statement.ts';

/** An open SQLite file. Everything throws the errors of this package; whole numbers are read as `bigint`. */
export interface Connection {
  readonly path: string;
  /** Runs work in one transaction that writes: all of it is kept, or nothing. */
  transaction<Result>(work: () => Result): Result;
  /** Runs a query and gives its rows; statements are kept by their text. */
  rows<Row>(query: Compilable<Row>): Row[];
  /** Prepares a query whose parameters are slots. */
  prepare<Row>(query: Compilable<Row>): PreparedStatement<Row>;
  /** Runs statements that give nothing. */
  script(text: string): void;
  /** The number that a `PRAGMA` gives. */
  pragma(text: string): number;
  /** Texts that a `PRAGMA` gives, one a row. */
  pragmaTexts(text: string): readonly string[];
  close(): void;
}

export interface ConnectionOptions {
  readonly path: string;
  readonly access: 'own' | 'edit' | 'read';
  readonly durability: 'process' | 'power';
}

/** Findings show command lines and paths: they are for whoever runs the agent alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Bounds the memory of one connection. */
const CACHE_KIBIBYTES = 64 * 1024;
const READER_CACHE_KIBIBYTES = 16 * 1024;
const KEPT_STATEMENTS = 200;
/** How large the write-ahead log grows before it is moved into the file, which the disk is made to keep then. */
const LOG_PAGES = 4096;
/** It is cut to this after a burst. */
const LOG_BYTES = 64 << 20;

/** `SeaW`: says in the file's header whose database it is (https://sqlite.org/fileformat.html, offset 68). */
export const APPLICATION_ID = 0x53656157;

/**
 * Opens a file; with access `own` it is made where it isn't there.
 * @throws store/ABSENT, store/UNREADABLE, store/READ_ONLY, store/CORRUPT, store/FULL, store/LOCKED
 */
export function openConnection({ path, access, durability }: ConnectionOptions): Connection {
  return guarded(path, () => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      throw errors.create('UNREADABLE', { path, reason: 'it is a folder: name the file in it' });
    }
    const isNew = !existsSync(path) || statSync(path).size === 0;
    if (isNew && access !== 'own') throw errors.create('ABSENT', { path });
    if (isNew) createFile(path);
    else if (access !== 'read') requireWritable(path);
    const database = access === 'read' ? openForReading(path) : new DatabaseSync(path);
    try {
      if (!isNew) requireOwn(path, database);
      configure(database, access, durability, isNew);
    } catch (error) {
      database.close();
      throw error;
    }
    return createConnection(path, database);
  });
}

function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  closeSync(openSync(path, 'a', FILE_MODE));
  chmodSync(path, FILE_MODE);
}

function requireWritable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw errors.create('READ_ONLY', { path, reason: (cause as Error).message }, cause);
  }
}

/** A database of another program is left as it is, before anything of it is changed. */
function requireOwn(path: string, database: DatabaseSync): void {
  const numberOf = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0]);
  if (numberOf('schema_version') > 0 && numberOf('application_id') !== APPLICATION_ID) {
    throw errors.create('FOREIGN', { path, reason: 'it is a database of another program' });
  }
}

/**
 * Readers of a write-ahead log need its files beside the database. On a medium or in a folder where they can't be made,
 * and where there are none, nobody writes either, and the file can be read as one that stands still.
 */
function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    if (existsSync(`${path}-wal`) || !['READ_ONLY', 'UNREADABLE'].includes(kindOf(error, path))) throw error;
    const address = pathToFileURL(resolve(path));
    address.searchParams.set('immutable', '1');
    return new DatabaseSync(address, { readOnly: true });
  }
}

function kindOf(error: unknown, path: string): string {
  const { code } = storeErrorOf(error, path) as { code?: string };
  return code?.replace('store/', '') ?? '';
}

function configure(
  database: DatabaseSync,
  access: ConnectionOptions['access'],
  durability: ConnectionOptions['durability'],
  isNew: boolean,
): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_SECONDS * 1000}`);
  let test = createWordTest('');
  let search = '';
  database.function(HAS_WORDS, { deterministic: true }, (text, wanted) => {
    if (wanted !== search) {
      search = wanted as string;
      test = createWordTest(search);
    }
    return test(text as string) ? 1 : 0;
  });
  if (access === 'read') {
    database.exec(`PRAGMA cache_size = -${READER_CACHE_KIBIBYTES}; PRAGMA query_only = 1`);
    return;
  }
  if (isNew) {
    // Both only take effect before the first table.
    database.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${APPLICATION_ID}`);
  }
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'};
    PRAGMA cache_size = -${access === 'own' ? CACHE_KIBIBYTES : READER_CACHE_KIBIBYTES};
    PRAGMA wal_autocheckpoint = ${LOG_PAGES};
    PRAGMA journal_size_limit = ${LOG_BYTES};
    PRAGMA temp_store = MEMORY`);
}

function createConnection(path: string, database: DatabaseSync): Connection {
  const statements = new Map<string, StatementSync>();
  const statementOf = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const statement = database.prepare(text);
    statement.setReadBigInts(true);
    // The text of a query depends on how many values a filter holds: no end of them is kept.
    if (statements.size >= KEPT_STATEMENTS) statements.delete(statements.keys().next().value!);
    statements.set(text, statement);
    return statement;
  };
  return {
    path,
    transaction(work) {
      return guarded(path, () => {
        database.exec('BEGIN IMMEDIATE');
        try {
          const result = work();
          database.exec('COMMIT');
          return result;
        } catch (error) {
          // Some failures (a full disk) have rolled back already.
          if (database.isTransaction) database.exec('ROLLBACK');
          throw error;
        }
      });
    },
    rows<Row>(query: Compilable<Row>) {
      return guarded(path, () => {
        const { sql, parameters } = query.compile();
        return statementOf(sql).all(...(parameters as SQLInputValue[])) as Row[];
      });
    },
    prepare(query) {
      return guarded(path, () => {
        const { sql, parameters } = query.compile();
        const statement = database.prepare(sql);
        statement.setReadBigInts(true);
        return prepareStatement(statement, parameters);
      });
    },
    script(text) {
      guarded(path, () => database.exec(text));
    },
    pragma: (text) =>
      guarded(path, () => Number(Object.values(database.prepare(`PRAGMA ${text}`).get() ?? {})[0] ?? 0)),
    pragmaTexts: (text) =>
      guarded(path, () =>
        database
          .prepare(`PRAGMA ${text}`)
          .all()
          .map((row) => String(Object.values(row)[0])),
      ),
    close() {
      statements.clear();
      database.close();
    },
  };
}

function guarded<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw storeErrorOf(error, path);
  }
}
