import type { Dialect } from '../dialect.ts';
import { errors } from '../errors.ts';
import type { Connection } from '../sqlite/connection.ts';
import { type Migration, migrationTable, migrations as released } from './migrations.ts';

/** How many of the steps were run; 0 where there is nothing yet. */
export function schemaVersion(connection: Connection): number {
  return connection.pragma('user_version');
}

/**
 * Brings a database to the newest schema, each step in a transaction of its own.
 * @throws store/SCHEMA_NEWER; nothing was changed then.
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
      if (schemaVersion(connection) >= number) return;
      if (number === 1) connection.script(migrationTable(dialect));
      for (const statement of statements(dialect)) connection.script(statement);
      connection.rows(dialect.builder.insertInto('schema_migration').values({ number, name, applied: now }));
      connection.script(`PRAGMA user_version = ${number}`);
    });
  }
}

/** @throws store/SCHEMA_NEWER, store/SCHEMA_OLDER where a database has not the newest schema. */
export function requireNewestSchema(
  connection: Connection,
  migrations: readonly Migration[] = released,
): void {
  const found = requireKnown(connection, migrations);
  const { path } = connection;
  if (found < migrations.length) {
    throw errors.create('SCHEMA_OLDER', { path, found, known: migrations.length });
  }
}

function requireKnown(connection: Connection, migrations: readonly Migration[]): number {
  const found = schemaVersion(connection);
  const known = migrations.length;
  if (found > known) throw errors.create('SCHEMA_NEWER', { path: connection.path, found, known });
  return found;
}
