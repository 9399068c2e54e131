import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema/tables.ts';
import { seriesLevels } from '../slices.ts';
import { slot } from '../sqlite/prepared-statement.ts';

/** Queries of retention. Each deletes by ids or up to a limit, so that no step takes long. */

/** An occurrence that may go, with what must be kept in step. */
export interface Victim {
  readonly id: bigint;
  readonly time: bigint;
  readonly group_id: bigint;
  readonly series_id: bigint;
  readonly output_id: bigint;
  readonly severity: bigint;
  readonly state: string;
}

/** The oldest occurrences behind a place, but the last one of each open group. */
export function victimsQuery(
  builder: Kysely<Schema>,
  behind: { readonly time: bigint; readonly id: bigint },
  olderThan: bigint | undefined,
  limit: number,
) {
  return builder
    .selectFrom('occurrence')
    .innerJoin('series', 'series.id', 'occurrence.series_id')
    .innerJoin('finding_group', 'finding_group.id', 'occurrence.group_id')
    .select([
      'occurrence.id',
      'occurrence.time',
      'occurrence.group_id',
      'occurrence.series_id',
      'occurrence.output_id',
      'series.severity',
      'finding_group.state',
    ])
    .where('occurrence.time', '>=', behind.time)
    .where(sql<boolean>`(occurrence.time, occurrence.id) > (${behind.time}, ${behind.id})`)
    .$if(olderThan !== undefined, (query) => query.where('occurrence.time', '<', olderThan!))
    .where(({ or, exists, selectFrom }) =>
      or([
        sql<boolean>`finding_group.state <> 'open'`,
        exists(
          selectFrom('occurrence as later')
            .select(sql<number>`1`.as('one'))
            .whereRef('later.group_id', '=', 'occurrence.group_id')
            .whereRef('later.time', '>=', 'occurrence.time')
            .where(sql<boolean>`(later.time, later.id) > (occurrence.time, occurrence.id)`),
        ),
      ]),
    )
    .orderBy('occurrence.time')
    .orderBy('occurrence.id')
    .limit(limit);
}

export function deleteOccurrencesQuery(builder: Kysely<Schema>, ids: readonly bigint[]) {
  return builder.deleteFrom('occurrence').where('id', 'in', ids);
}

/** What is run for each output, series and slice of a step; each is compiled for every dialect by a test. */
export function lessenQueries(builder: Kysely<Schema>) {
  const whole = slot<number>;
  return {
    lessenOutput: builder
      .updateTable('output')
      .set({ count: sql`count - ${whole('count')}` })
      .where('id', '=', slot<bigint>('id')),
    lessenSeries: builder
      .updateTable('series')
      .set({ count: sql`count - ${whole('count')}` })
      .where('id', '=', slot<bigint>('id')),
    deleteEmptySeveritySlice: builder
      .deleteFrom('severity_slice')
      .where('level', '=', slot<bigint>('level'))
      .where('start', '=', slot<bigint>('start'))
      .where('count', '=', 0n),
    deleteEmptyStateSlice: builder
      .deleteFrom('state_slice')
      .where('level', '=', slot<bigint>('level'))
      .where('start', '=', slot<bigint>('start'))
      .where('count', '=', 0n),
  };
}

export function deleteEmptyQuery(
  builder: Kysely<Schema>,
  table: 'output' | 'series',
  ids: readonly bigint[],
) {
  return builder.deleteFrom(table).where('id', 'in', ids).where('count', '=', 0n);
}

/** @param until seconds since the epoch: slices that begin later are not looked at. */
export function deleteEmptySeriesSlicesQuery(
  builder: Kysely<Schema>,
  seriesIds: readonly bigint[],
  until: number,
) {
  return builder
    .deleteFrom('series_slice')
    .where('series_id', 'in', seriesIds)
    .where('level', 'in', seriesLevels.map(BigInt))
    .where('start', '<=', BigInt(until))
    .where('count', '=', 0n);
}

/** Groups that people are done with and of which nothing is left. */
export function deleteEmptyGroupsQuery(builder: Kysely<Schema>, ids: readonly bigint[]) {
  return builder
    .deleteFrom('finding_group')
    .where('id', 'in', ids)
    .where('state', '<>', 'open')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('occurrence')
            .select(sql<number>`1`.as('one'))
            .whereRef('occurrence.group_id', '=', 'finding_group.id'),
        ),
      ),
    );
}

/** Workloads that nothing names any more. */
export function deleteWorkloadsQuery(builder: Kysely<Schema>) {
  return builder
    .deleteFrom('workload')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('series')
            .select(sql<number>`1`.as('one'))
            .whereRef('series.workload_id', '=', 'workload.id'),
        ),
      ),
    )
    .where('id', 'not in', ({ selectFrom }) => selectFrom('finding_group').select('workload_id'));
}

/** Everything else that is older than a time and that nobody waits for, up to a limit of each. */
export function deleteOldRecordsQueries(builder: Kysely<Schema>, olderThan: bigint, limit: number) {
  return [
    builder
      .deleteFrom('outbox')
      .where('id', 'in', ({ selectFrom }) =>
        selectFrom('outbox')
          .select('id')
          .where('state', 'in', ['delivered', 'dead'])
          .where('created', '<', olderThan)
          .limit(limit),
      )
      .returning(sql<number>`1`.as('one')),
    builder
      .deleteFrom('action')
      .where('key', 'in', ({ selectFrom }) =>
        selectFrom('action')
          .select('key')
          .where('time', '<', olderThan)
          .where('result', '<>', 'pending')
          // A container that is still paused because of it must stay undoable.
          .where(sql<boolean>`NOT (result = 'done' AND undo_json IS NOT NULL AND undone IS NULL)`)
          .limit(limit),
      )
      .returning(sql<number>`1`.as('one')),
    builder
      .deleteFrom('gap')
      .where('id', 'in', ({ selectFrom }) =>
        selectFrom('gap').select('id').where('to_time', '<', olderThan).limit(limit),
      )
      .returning(sql<number>`1`.as('one')),
  ];
}

/** Activity that was last seen before a time. */
export function deleteOldActivityQuery(builder: Kysely<Schema>, olderThan: bigint) {
  return builder
    .deleteFrom('activity')
    .where('last_seen', '<', olderThan)
    .returning(sql<number>`1`.as('one'));
}
