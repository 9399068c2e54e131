import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sqlite } from '../dialect.ts';
import { openStore } from '../open.ts';
import { type Connection, openConnection } from '../sqlite/connection.ts';
import { START, sampleGroup, sampleOccurrence, scratchFolder } from '../testing/samples.ts';
import { migrate, requireNewestSchema, schemaVersion } from './migrate.ts';
import { type Migration, migrations } from './migrations.ts';

function open(context: TestContext, path = `${scratchFolder(context)}/store.db`): Connection {
  const connection = openConnection({ path, access: 'own', durability: 'process' });
  context.after(() => connection.close());
  return connection;
}

const next: Migration = {
  name: 'a column for teams',
  statements: () => ['ALTER TABLE gap ADD COLUMN team TEXT', 'CREATE INDEX gap_team ON gap (team)'],
};

test('steps are run in order, each once, and written down', (context) => {
  const connection = open(context);
  migrate(connection, sqlite, 5n, [...migrations, next]);
  migrate(connection, sqlite, 9n, [...migrations, next]);
  const steps = connection.rows(sqlite.builder.selectFrom('schema_migration').selectAll().orderBy('number'));
  assert.deepEqual(
    steps.map(({ number, name, applied }) => [number, name, applied]),
    [...migrations, next].map(({ name }, index) => [BigInt(index + 1), name, 5n]),
  );
});

test('a step that fails leaves the schema as it was, and what is stored with it', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const store = openStore({ path });
  await store.commit({ occurrences: [sampleOccurrence('1')] });
  await store.close();
  const connection = open(context, path);
  const broken: Migration = {
    name: 'broken',
    statements: () => [...next.statements(sqlite), 'ALTER TABLE nothing ADD COLUMN x TEXT'],
  };
  assert.throws(() => migrate(connection, sqlite, 0n, [...migrations, broken]), /nothing/);
  assert.equal(schemaVersion(connection), migrations.length);
  assert.deepEqual(connection.pragmaTexts("table_info('gap')").length, 6);
  migrate(connection, sqlite, 0n, [...migrations, next]);
  assert.equal(connection.rows(sqlite.builder.selectFrom('occurrence').selectAll()).length, 1);
});

test('a newer schema is refused with what to do, and nothing is changed', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const connection = open(context, path);
  migrate(connection, sqlite, 0n, [...migrations, next]);
  for (const access of ['own', 'edit', 'read'] as const) {
    assert.throws(() => openStore({ path, access }), { code: 'store/SCHEMA_NEWER' });
  }
  assert.equal(schemaVersion(connection), migrations.length + 1);
});

test('who may not bring an older schema up to date is told who does', (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const connection = open(context, path);
  for (const access of ['edit', 'read'] as const) {
    assert.throws(() => openStore({ path, access }), { code: 'store/SCHEMA_OLDER' });
  }
  migrate(connection, sqlite, 0n);
  requireNewestSchema(connection);
  assert.throws(() => requireNewestSchema(connection, [...migrations, next]), { code: 'store/SCHEMA_OLDER' });
});

test('counts by state are made for what was stored before there were any', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const first = openStore({ path });
  await first.commit({
    occurrences: Array.from({ length: 50 }, (_, index) =>
      sampleOccurrence(String(index), {
        time: START + BigInt(index) * 60_000_000_000_000n,
        group: sampleGroup(String(index % 3)),
      }),
    ),
  });
  await first.decide(1, { state: 'resolved', actor: 'user x', time: START + 10n ** 16n });
  await first.close();
  const slices = () =>
    connection.rows(
      sqlite.builder
        .selectFrom('state_slice')
        .selectAll()
        .where('count', '<>', 0n)
        .orderBy('level')
        .orderBy('start')
        .orderBy('severity')
        .orderBy('state'),
    );
  const connection = open(context, path);
  const kept = slices();
  assert.deepEqual(new Set(kept.map(({ state }) => state)), new Set(['open', 'resolved']));
  connection.script(
    'DROP TABLE state_slice; DELETE FROM schema_migration WHERE number > 1; PRAGMA user_version = 1',
  );
  migrate(connection, sqlite, 0n, migrations.slice(0, 2));
  assert.deepEqual(slices(), kept);
});

test('messages of which nobody wrote down how bad it is leave as the worst do', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const connection = open(context, path);
  migrate(connection, sqlite, 0n, migrations.slice(0, 2));
  connection.script(
    `INSERT INTO outbox (channel, deduplication_key, event, payload_json, due, state, attempts, created)
      VALUES ('slack', 'k', 'test', '{}', 0, 'waiting', 0, 0)`,
  );
  const store = openStore({ path });
  context.after(() => store.close());
  const [message] = await store.dueOutbox('slack', 1n, 10);
  assert.deepEqual([message?.deduplicationKey, message?.severity], ['k', 'high']);
});
