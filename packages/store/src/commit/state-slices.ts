import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema/tables.ts';
import type { Connection } from '../sqlite/connection.ts';
import { type PreparedStatement, slot } from '../sqlite/prepared-statement.ts';
import type { FindingState } from '../types/finding.ts';

/** Keeps the counts by state in step when a group's state changes. */

/** The queries by name; each is compiled for every dialect by a test. */
export function stateSliceQueries(builder: Kysely<Schema>) {
  return { addGroupToState: moveQuery(builder, 1), takeGroupFromState: moveQuery(builder, -1) };
}

/** Adds all slices of a group's series to a state, or takes them from it. */
function moveQuery(builder: Kysely<Schema>, sign: 1 | -1) {
  return builder
    .insertInto('state_slice')
    .columns(['level', 'start', 'severity', 'state', 'count'])
    .expression(
      builder
        .selectFrom('series')
        .innerJoin('series_slice', 'series_slice.series_id', 'series.id')
        .select([
          'series_slice.level',
          'series_slice.start',
          'series.severity',
          sql<string>`${slot<string>('state')}`.as('state'),
          sql<bigint>`${sql.lit(sign)} * sum(series_slice.count)`.as('count'),
        ])
        .where('series.group_id', '=', slot<bigint>('groupId'))
        .groupBy(['series_slice.level', 'series_slice.start', 'series.severity']),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['level', 'start', 'severity', 'state'])
        .doUpdateSet({ count: sql`state_slice.count + excluded.count` }),
    );
}

/** Moves a group's counts from one state to another; runs inside the transaction that changes the state. */
export type MoveGroup = (groupId: number, from: FindingState, to: FindingState) => void;

export function createGroupMover(connection: Connection, builder: Kysely<Schema>): MoveGroup {
  const { addGroupToState, takeGroupFromState } = stateSliceQueries(builder);
  const add: PreparedStatement<unknown> = connection.prepare(addGroupToState);
  const take: PreparedStatement<unknown> = connection.prepare(takeGroupFromState);
  return (groupId, from, to) => {
    if (from === to) return;
    take.run({ groupId, state: from });
    add.run({ groupId, state: to });
  };
}
