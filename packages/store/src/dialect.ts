import {
  type Dialect as BuilderDialect,
  DummyDriver,
  type Expression,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  type SqlBool,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import type { Schema } from './schema/tables.ts';
import { phrasesOf } from './words.ts';

/** What differs between the databases; everything else is one text for both. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgresql';
  /** Builds queries; executes none. */
  readonly builder: Kysely<Schema>;
  readonly types: {
    /** A primary key that the database counts up, and that never comes back. */
    readonly identifier: string;
    readonly whole: string;
    readonly real: string;
    readonly bytes: string;
  };
  /** Follows the columns of a table that is found by its primary key alone. */
  readonly keyedTable: string;
  /** What full-text search over `output.text` needs, run behind the tables. */
  readonly textIndex: readonly string[];
  /** The ids of outputs in which every one of the words occurs, from the index. */
  outputsWith(text: string): RawBuilder<{ id: bigint }>;
  /** Whether a group has such an output; for a group that is at hand. */
  hasOutputWith(groupId: Expression<bigint>, text: string): RawBuilder<SqlBool>;
  /** The ids of such outputs among those of some groups, from the index. */
  outputsOfGroupsWith(groups: readonly bigint[], text: string): RawBuilder<{ id: bigint }>;
  /** Whether an output that is at hand is one. */
  isOutputWith(output: { readonly text: Expression<string> }, text: string): RawBuilder<SqlBool>;
}

/** The name of the function that SQLite connections must provide: (text, words) to 0 or 1. */
export const HAS_WORDS = 'seawall_has_words';

/**
 * SQLite with FTS5. Besides its text, each output has one word in the index that names its group (`g17`), so that the
 * index itself finds out whether a group has a match. A rowid asked of the index costs 90 microseconds, a text
 * looked through by {@link HAS_WORDS} two: so that is for outputs that are at hand.
 */
export const sqlite: Dialect = {
  name: 'sqlite',
  builder: createBuilder({
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }),
  types: {
    identifier: 'INTEGER PRIMARY KEY AUTOINCREMENT',
    whole: 'INTEGER',
    real: 'REAL',
    bytes: 'BLOB',
  },
  keyedTable: 'WITHOUT ROWID',
  textIndex: [
    `CREATE VIEW output_document AS SELECT id, 'g' || group_id AS scope, text FROM output`,
    `CREATE VIRTUAL TABLE output_text USING fts5(scope, text, content = 'output_document', content_rowid = 'id',
      columnsize = 0, tokenize = 'unicode61 remove_diacritics 0')`,
    `INSERT INTO output_text(output_text, rank) VALUES ('automerge', 8)`,
    `CREATE TRIGGER output_added AFTER INSERT ON output BEGIN
      INSERT INTO output_text(rowid, scope, text) VALUES (new.id, 'g' || new.group_id, new.text);
    END`,
    `CREATE TRIGGER output_removed AFTER DELETE ON output BEGIN
      INSERT INTO output_text(output_text, rowid, scope, text)
        VALUES ('delete', old.id, 'g' || old.group_id, old.text);
    END`,
  ],
  outputsWith: (text) =>
    sql`SELECT rowid AS id FROM output_text WHERE output_text MATCH ${sqliteExpression(text)}`,
  hasOutputWith: (groupId, text) =>
    sql`EXISTS (SELECT 1 FROM output_text
      WHERE output_text MATCH ${`${sqliteExpression(text)} AND scope : g`} || ${groupId})`,
  // One question about many groups: each question opens every segment of the index anew.
  outputsOfGroupsWith: (groups, text) =>
    sql`SELECT rowid AS id FROM output_text WHERE output_text
      MATCH ${`${sqliteExpression(text)} AND {scope} : (${groups.map((id) => `g${id}`).join(' OR ')})`}`,
  isOutputWith: (output, text) => sql`${sql.raw(HAS_WORDS)}(${output.text}, ${text})`,
};

/** PostgreSQL: the words of an output are a generated column with a GIN index; words are cut as FTS5 cuts them. */
export const postgresql: Dialect = {
  name: 'postgresql',
  builder: createBuilder({
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }),
  types: {
    identifier: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    whole: 'BIGINT',
    real: 'DOUBLE PRECISION',
    bytes: 'BYTEA',
  },
  keyedTable: '',
  textIndex: [
    `ALTER TABLE output ADD COLUMN words tsvector
      GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, regexp_replace(text, '[^[:alnum:]]+', ' ', 'g'))) STORED`,
    'CREATE INDEX output_words ON output USING gin (words)',
  ],
  outputsWith: (text) => sql`SELECT id FROM output WHERE words @@ ${postgresqlExpression(text)}`,
  hasOutputWith: (groupId, text) =>
    sql`EXISTS (SELECT 1 FROM output WHERE group_id = ${groupId} AND words @@ ${postgresqlExpression(text)})`,
  outputsOfGroupsWith: (groups, text) =>
    sql`SELECT id FROM output WHERE group_id IN (${sql.join(groups)}) AND words @@ ${postgresqlExpression(text)}`,
  isOutputWith: (output, text) =>
    sql`to_tsvector('simple'::regconfig, regexp_replace(${output.text}, '[^[:alnum:]]+', ' ', 'g'))
      @@ ${postgresqlExpression(text)}`,
};

/** One phrase in quotes for each word that was asked for, all of them wanted, in the column of the text. */
function sqliteExpression(text: string): string {
  const phrases = phrasesOf(text).map((words) => `"${words.join(' ')}"`);
  // A phrase without a word matches nothing; the braces are FTS5's for one column.
  return `({text} : (${phrases.length === 0 ? '""' : phrases.join(' AND ')}))`;
}

function postgresqlExpression(text: string): RawBuilder<unknown> {
  const phrases = phrasesOf(text).map((words) => words.map((word) => `'${word}'`).join(' <-> '));
  return sql`to_tsquery('simple', ${phrases.map((phrase) => `(${phrase})`).join(' & ')})`;
}

function createBuilder(dialect: BuilderDialect): Kysely<Schema> {
  return new Kysely<Schema>({ dialect });
}
