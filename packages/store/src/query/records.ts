import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../schema/tables.ts';
import type { OutboxFilter, Page, Store } from '../store.ts';
import { cursorId, readCursor } from './cursor.ts';

/** Queries about what is kept besides findings. */

/** The audit trail, newest first; one more than the page holds. */
export function actionsQuery(
  builder: Kysely<Schema>,
  { occurrence, groupId, undoable }: Parameters<Store['actions']>[0],
  { limit, after }: Page,
) {
  let query = builder.selectFrom('action').selectAll();
  if (occurrence !== undefined) query = query.where('occurrence', '=', occurrence);
  if (groupId !== undefined) query = query.where('group_id', '=', BigInt(groupId));
  if (undoable !== undefined) {
    const isUndoable: RawBuilder<boolean> = sql`(result = 'done' AND undo_json IS NOT NULL AND undone IS NULL)`;
    query = query.where(undoable ? isUndoable : sql<boolean>`NOT ${isUndoable}`);
  }
  if (after !== undefined) {
    const { first, second } = readCursor(after);
    query = query.where(sql<boolean>`(time, key) < (${first}, ${second})`);
  }
  return query
    .orderBy('time', 'desc')
    .orderBy('key', 'desc')
    .limit(limit + 1);
}

export function actionQuery(builder: Kysely<Schema>, key: string) {
  return builder.selectFrom('action').selectAll().where('key', '=', key);
}

/** What is due, the worst first, and of that what was due first. */
export function dueOutboxQuery(builder: Kysely<Schema>, channel: string, now: bigint, limit: number) {
  return builder
    .selectFrom('outbox')
    .selectAll()
    .where('channel', '=', channel)
    .where('state', '=', 'waiting')
    .where('due', '<=', now)
    .orderBy('severity')
    .orderBy('due')
    .orderBy('id')
    .limit(limit);
}

/** The outbox, newest first; one more than the page holds. */
export function outboxQuery(
  builder: Kysely<Schema>,
  { channel, states }: OutboxFilter,
  { limit, after }: Page,
) {
  let query = builder.selectFrom('outbox').selectAll();
  if (channel !== undefined) query = query.where('channel', '=', channel);
  if (states !== undefined) query = query.where('state', 'in', states.length === 0 ? [''] : states);
  if (after !== undefined) query = query.where('id', '<', cursorId(readCursor(after)));
  return query.orderBy('id', 'desc').limit(limit + 1);
}

export function settleQuery(builder: Kysely<Schema>, id: number, outcome: Parameters<Store['settle']>[1]) {
  const values =
    outcome.kind === 'delivered'
      ? { state: 'delivered', delivered: outcome.time }
      : outcome.kind === 'retry'
        ? { due: outcome.due, last_error: outcome.error }
        : { state: 'dead', last_error: outcome.error };
  return builder
    .updateTable('outbox')
    .set({ ...values, attempts: sql`attempts + 1` })
    .where('id', '=', BigInt(id))
    .returning('id');
}

export function resendQuery(builder: Kysely<Schema>, ids: readonly number[], due: bigint) {
  return builder
    .updateTable('outbox')
    .set({ state: 'waiting', due, attempts: 0 })
    .where('state', '=', 'dead')
    .where('id', 'in', ids.map(BigInt))
    .returning('id');
}

/** The most seen first. */
export function activityQuery(
  builder: Kysely<Schema>,
  { workload, kinds }: Parameters<Store['activity']>[0],
) {
  let query = builder.selectFrom('activity').selectAll();
  if (workload !== undefined) query = query.where('workload', '=', workload);
  if (kinds !== undefined) query = query.where('kind', 'in', kinds.length === 0 ? [''] : kinds);
  return query.orderBy('workload').orderBy('kind').orderBy('count', 'desc').orderBy('value');
}

export function workloadsQuery(builder: Kysely<Schema>) {
  return builder.selectFrom('activity').select('workload').distinct().orderBy('workload');
}

/** The latest first; one more than the page holds. */
export function gapsQuery(builder: Kysely<Schema>, { limit, after }: Page) {
  let query = builder.selectFrom('gap').selectAll();
  if (after !== undefined) {
    const place = readCursor(after);
    query = query.where(sql<boolean>`(from_time, id) < (${place.first}, ${cursorId(place)})`);
  }
  return query
    .orderBy('from_time', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
}

export function positionQuery(builder: Kysely<Schema>, source: string) {
  return builder.selectFrom('position').select('value').where('source', '=', source);
}

export function memoryQuery(builder: Kysely<Schema>, prefix: string) {
  return builder
    .selectFrom('memory')
    .selectAll()
    .where(sql<boolean>`substr(key, 1, ${[...prefix].length}) = ${prefix}`);
}

export function statisticsQuery(builder: Kysely<Schema>) {
  const one = (table: 'outbox', state: string) =>
    builder
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<bigint>().as('count'))
      .where('state', '=', state);
  return builder.selectNoFrom([
    builder
      .selectFrom('finding_group')
      .select(({ fn }) => fn.countAll<bigint>().as('count'))
      .as('groups'),
    builder
      .selectFrom('series')
      .select(({ fn }) => fn.coalesce(fn.sum<bigint>('count'), sql<bigint>`0`).as('count'))
      .as('occurrences'),
    builder
      .selectFrom('occurrence')
      .select(({ fn }) => fn.coalesce(fn.max('id'), sql<bigint>`0`).as('id'))
      .as('last_occurrence'),
    one('outbox', 'waiting').as('waiting'),
    one('outbox', 'dead').as('dead'),
  ]);
}
