import { type Kysely, sql } from 'kysely';
import { type GroupRow, workloadOf } from '../rows.ts';
import type { Schema } from '../schema/tables.ts';
import type { Connection } from '../sqlite/connection.ts';
import { type PreparedStatement, slot } from '../sqlite/prepared-statement.ts';
import type { Workload } from '../types/workload.ts';
import { createGroupMover, type MoveGroup } from './state-slices.ts';

/** The statements that storing occurrences needs. */
export interface FindingStatements {
  readonly findOccurrence: PreparedStatement<{ id: bigint }>;
  readonly findGroup: PreparedStatement<{ id: bigint; state: string }>;
  readonly insertGroup: PreparedStatement<unknown>;
  readonly addToGroup: PreparedStatement<unknown>;
  readonly readGroup: PreparedStatement<GroupRow & { readonly workload_json: string }>;
  readonly findOutput: PreparedStatement<{ id: bigint }>;
  readonly insertOutput: PreparedStatement<unknown>;
  readonly addToOutput: PreparedStatement<unknown>;
  readonly findSeries: PreparedStatement<{ id: bigint }>;
  readonly insertSeries: PreparedStatement<unknown>;
  readonly addToSeries: PreparedStatement<unknown>;
  readonly addSeriesSlice: PreparedStatement<unknown>;
  readonly addSeveritySlice: PreparedStatement<unknown>;
  readonly addStateSlice: PreparedStatement<unknown>;
  readonly moveGroup: MoveGroup;
  readonly insertOccurrence: PreparedStatement<unknown>;
  workloadOf(row: { readonly workload_json: string }): Workload;
}

/**
 * The queries by name; each is compiled for every dialect by a test. None says RETURNING: SQLite makes a table in memory for it
 * each time, which costs ten times what finding the row again does.
 */
export function findingQueries(builder: Kysely<Schema>) {
  const whole = slot<number>;
  const text = slot<string>;
  return {
    findOccurrence: builder.selectFrom('occurrence').select('id').where('key', '=', text('key')),
    findGroup: builder.selectFrom('finding_group').select(['id', 'state']).where('key', '=', text('key')),
    insertGroup: builder.insertInto('finding_group').values({
      key: text('key'),
      policy: text('policy'),
      rule: text('rule'),
      source: text('source'),
      priority: text('priority'),
      severity: whole('severity'),
      tags_json: text('tags'),
      runbook: text('runbook'),
      pattern: text('pattern'),
      state: 'open',
      count: 0,
      first_seen: whole('first'),
      last_seen: whole('last'),
      unique_outputs: 0,
      output: text('output'),
      workload_id: whole('workloadId'),
    }),
    addToGroup: builder
      .updateTable('finding_group')
      .set({
        count: sql`count + ${whole('count')}`,
        unique_outputs: sql`unique_outputs + ${whole('newOutputs')}`,
        first_seen: sql`CASE WHEN ${whole('first')} < first_seen THEN ${whole('first')} ELSE first_seen END`,
        last_seen: sql`CASE WHEN ${whole('last')} > last_seen THEN ${whole('last')} ELSE last_seen END`,
        output: sql`CASE WHEN ${whole('last')} >= last_seen THEN ${text('output')} ELSE output END`,
        workload_id: sql`CASE WHEN ${whole('last')} >= last_seen THEN ${whole('workloadId')} ELSE workload_id END`,
        state: sql`CASE WHEN state = 'resolved' AND ${whole('last')} > decision_time THEN 'open' ELSE state END`,
      })
      .where('id', '=', slot<bigint>('id')),
    readGroup: builder
      .selectFrom('finding_group')
      .innerJoin('workload', 'workload.id', 'finding_group.workload_id')
      .selectAll('finding_group')
      .select('workload.workload_json')
      .where('finding_group.key', '=', text('key')),
    findOutput: builder
      .selectFrom('output')
      .select('id')
      .where('group_id', '=', slot<bigint>('groupId'))
      .where('hash', '=', slot<Uint8Array>('hash')),
    insertOutput: builder.insertInto('output').values({
      group_id: whole('groupId'),
      hash: slot<Uint8Array>('hash'),
      text: text('text'),
      count: whole('count'),
      first_seen: whole('first'),
      last_seen: whole('last'),
    }),
    addToOutput: builder
      .updateTable('output')
      .set({
        count: sql`count + ${whole('count')}`,
        first_seen: sql`CASE WHEN ${whole('first')} < first_seen THEN ${whole('first')} ELSE first_seen END`,
        last_seen: sql`CASE WHEN ${whole('last')} > last_seen THEN ${whole('last')} ELSE last_seen END`,
      })
      .where('id', '=', slot<bigint>('id')),
    findSeries: builder
      .selectFrom('series')
      .select('id')
      .where('group_id', '=', slot<bigint>('groupId'))
      .where('workload_id', '=', slot<bigint>('workloadId')),
    insertSeries: builder.insertInto('series').values({
      group_id: whole('groupId'),
      workload_id: whole('workloadId'),
      severity: whole('severity'),
      count: whole('count'),
    }),
    addToSeries: builder
      .updateTable('series')
      .set({ count: sql`count + ${whole('count')}` })
      .where('id', '=', slot<bigint>('id')),
    addSeriesSlice: builder
      .insertInto('series_slice')
      .values({
        series_id: whole('seriesId'),
        level: whole('level'),
        start: whole('start'),
        count: whole('count'),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['series_id', 'level', 'start'])
          .doUpdateSet({ count: sql`series_slice.count + excluded.count` }),
      ),
    addSeveritySlice: builder
      .insertInto('severity_slice')
      .values({
        severity: whole('severity'),
        level: whole('level'),
        start: whole('start'),
        count: whole('count'),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['level', 'start', 'severity'])
          .doUpdateSet({ count: sql`severity_slice.count + excluded.count` }),
      ),
    addStateSlice: builder
      .insertInto('state_slice')
      .values({
        severity: whole('severity'),
        state: text('state'),
        level: whole('level'),
        start: whole('start'),
        count: whole('count'),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['level', 'start', 'severity', 'state'])
          .doUpdateSet({ count: sql`state_slice.count + excluded.count` }),
      ),
    insertOccurrence: builder.insertInto('occurrence').values({
      key: text('key'),
      group_id: whole('groupId'),
      series_id: whole('seriesId'),
      output_id: whole('outputId'),
      time: whole('time'),
      mode: text('mode'),
      is_state_complete: whole('isStateComplete'),
      fields_json: text('fields'),
      ancestry_json: text('ancestry'),
    }),
  };
}

export function prepareFindingStatements(connection: Connection, builder: Kysely<Schema>): FindingStatements {
  const queries = findingQueries(builder);
  return {
    findOccurrence: connection.prepare(queries.findOccurrence),
    findGroup: connection.prepare(queries.findGroup),
    insertGroup: connection.prepare(queries.insertGroup),
    addToGroup: connection.prepare(queries.addToGroup),
    readGroup: connection.prepare(queries.readGroup),
    findOutput: connection.prepare(queries.findOutput),
    insertOutput: connection.prepare(queries.insertOutput),
    addToOutput: connection.prepare(queries.addToOutput),
    findSeries: connection.prepare(queries.findSeries),
    insertSeries: connection.prepare(queries.insertSeries),
    addToSeries: connection.prepare(queries.addToSeries),
    addSeriesSlice: connection.prepare(queries.addSeriesSlice),
    addSeveritySlice: connection.prepare(queries.addSeveritySlice),
    addStateSlice: connection.prepare(queries.addStateSlice),
    moveGroup: createGroupMover(connection, builder),
    insertOccurrence: connection.prepare(queries.insertOccurrence),
    workloadOf: ({ workload_json }) => workloadOf(workload_json),
  };
}
