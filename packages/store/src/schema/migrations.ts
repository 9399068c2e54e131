import type { Dialect } from '../dialect.ts';
import { initialTables } from './initial.ts';
import { messageAge } from './message-age.ts';
import { messageSeverity } from './message-severity.ts';
import { stateSlices } from './state-slices.ts';

/** A step from one schema to the next. What was released is never changed: a change is a new step. */
export interface Migration {
  readonly name: string;
  /** What to run, in this order, in one transaction. */
  statements(dialect: Dialect): readonly string[];
}

/** In order; the schema's version is how many of them were run. */
export const migrations: readonly Migration[] = [
  { name: 'findings, actions, outbox, activity', statements: initialTables },
  { name: 'counts by state', statements: stateSlices },
  { name: 'messages by severity', statements: messageSeverity },
  { name: 'messages by age', statements: messageAge },
];

/** Holds which of them were run. */
export function migrationTable({ types }: Dialect): string {
  return `CREATE TABLE schema_migration (
    number ${types.whole} NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied ${types.whole} NOT NULL)`;
}
