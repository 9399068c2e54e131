import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { postgresql, sqlite } from './dialect.ts';
import { deleteOldMessagesQuery } from './retain/queries.ts';
import { migrate } from './schema/migrate.ts';
import { migrations } from './schema/migrations.ts';
import { type Connection, openConnection } from './sqlite/connection.ts';
import { everyQuery, queryModules } from './testing/every-query.ts';
import { START, scratchFolder } from './testing/samples.ts';

test('every query is among those that are held against both databases', () => {
  const names = [...everyQuery(sqlite)].map(([name]) => name.split(' ')[0]);
  for (const [module, exported] of Object.entries(queryModules)) {
    for (const name of Object.keys(exported).filter((word) => /Query$|Queries$/.test(word))) {
      assert.ok(names.includes(name), `${module}.${name} is missing in everyQuery`);
    }
  }
});

function openEmpty(context: TestContext): Connection {
  const connection = openConnection({
    path: `${scratchFolder(context)}/store.db`,
    access: 'own',
    durability: 'process',
  });
  context.after(() => connection.close());
  migrate(connection, sqlite, 0n);
  return connection;
}

test('SQLite prepares every query, and runs those that need no values', (context) => {
  const connection = openEmpty(context);
  for (const [name, query] of everyQuery(sqlite)) {
    assert.doesNotThrow(() => connection.prepare(query), name);
    const { parameters } = query.compile();
    if (parameters.every((value) => typeof value !== 'object' || value === null)) connection.rows(query);
  }
});

test('messages that may go are found without reading all that were ever delivered', (context) => {
  const { builder } = sqlite;
  const plan = openEmpty(context).rows<{ readonly detail: string }>({
    compile: () => sql`EXPLAIN QUERY PLAN ${deleteOldMessagesQuery(builder, START, 100, 2)}`.compile(builder),
  });
  const steps = plan.map(({ detail }) => detail).join('\n');
  assert.match(steps, /INDEX outbox_age \(state=\? AND severity=\? AND created<\?\)/);
});

test('every query has a text for PostgreSQL with the same parameters, numbered, but those of searches', () => {
  const ours = new Map(everyQuery(sqlite));
  for (const [name, query] of everyQuery(postgresql)) {
    const { sql, parameters } = query.compile();
    const numbers = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
    assert.equal(Math.max(0, ...numbers), parameters.length, name);
    assert.doesNotMatch(sql, /\?|MATCH|rowid|output_text|seawall_has_words/, name);
    const same = ours.get(name)!.compile();
    const isSearch = /output_text|seawall_has_words/.test(same.sql);
    if (!isSearch) assert.equal(sql.replace(/\$\d+/g, '?'), same.sql, name);
  }
});

test('tables differ between the databases only in the names of types and in the text index', () => {
  for (const { statements } of migrations) {
    const text = (dialect: typeof sqlite) =>
      statements({ ...dialect, textIndex: [] })
        .join(';')
        .replaceAll(dialect.types.identifier, 'IDENTIFIER')
        .replaceAll(dialect.types.whole, 'WHOLE')
        .replaceAll(dialect.types.bytes, 'BYTES')
        .replaceAll(dialect.types.real, 'REAL')
        .replaceAll(dialect.keyedTable || '\n', '')
        .replaceAll(/\s+/g, ' ');
    assert.equal(text(postgresql), text(sqlite));
    assert.doesNotMatch(statements(postgresql).join(';'), /FTS5|ROWID|AUTOINCREMENT|BLOB/i);
  }
});
