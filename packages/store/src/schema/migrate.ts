import type { Dialect } from '../dialect.ts';
import { errors } from '../errors.ts';
import type { Connection } from '../sqlite/connection.ts';
import { type Migration, migrationTable, migrations as released } from './migrations.ts';

/** How far a database is, and whether it may be ours at all. */
export interface SchemaState {
  /** 0 where there is nothing yet. */
  readonly version: number;
  /** It holds tables, but not the one that says which steps were run. */
  readonly isForeign: boolean;
}

export function schemaState(connection: Connection): SchemaState {
  const tables = connection.pragmaTexts(`table_list('schema_migration')`).length;
  if (tables === 0) return { version: 0, isForeign: connection.pragma('schema_version') > 0 };
  return { version: connection.pragma('user_version'), isForeign: false };
}

/**
 * Brings a database to the newest schema, each step in a transaction of its own.
 * @throws store/SCHEMA_NEWER, store/FOREIGN; nothing was changed then.
 */
export function migrate(
  connection: Connection,
  dialect: Dialect,
  now: bigint,
  migrations: readonly Migration[] = released,
): void {
  const before = requireKnown(connection, migrations);
  for (let number = before + 1; number <= migrations.length; number++) {
    const { name, statements } = migrations[number - 1];
    connection.transaction(() => {
      // Another process may have done it in between.
      if (schemaState(connection).version >= number) return;
      if (number === 1) connection.script(migrationTable(dialect));
      for (const statement of statements(dialect)) connection.script(statement);
      connection.rows(dialect.builder.insertInto('schema_migration').values({ number, name, applied: now }));
      connection.script(`PRAGMA user_version = ${number}`);
    });
  }
}

/** @throws store/SCHEMA_NEWER, store/SCHEMA_OLDER, store/FOREIGN where a database has not the newest schema. */
export function requireNewestSchema(
  connection: Connection,
  migrations: readonly Migration[] = released,
): void {
  const found = requireKnown(connection, migrations);
  const { path } = connection;
  if (found === 0) throw errors.create('FOREIGN', { path, reason: 'it holds no tables' });
  if (found < migrations.length) {
    throw errors.create('SCHEMA_OLDER', { path, found, known: migrations.length });
  }
}

function requireKnown(connection: Connection, migrations: readonly Migration[]): number {
  const { path } = connection;
  const { version, isForeign } = schemaState(connection);
  if (isForeign) throw errors.create('FOREIGN', { path, reason: 'its tables are of another program' });
  if (version > migrations.length) {
    throw errors.create('SCHEMA_NEWER', { path, found: version, known: migrations.length });
  }
  return version;
}
