import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema/tables.ts';
import { seriesLevels } from '../slices.ts';
import { slot } from '../sqlite/prepared-statement.ts';

/** Queries of retention. Each deletes by ids or up to a limit, so that no step takes long. */

/** A place among occurrences, which are in the order of their time. */
export interface Place {
  readonly time: bigint;
  readonly id: bigint;
}

/** An occurrence that may go, with what must be kept in step. */
export interface Victim extends Place {
  readonly key: string;
  readonly group_id: bigint;
  readonly series_id: bigint;
  readonly output_id: bigint;
  readonly severity: bigint;
  readonly state: string;
}

/** What a step is about. */
export interface Wanted {
  /** Alone what happened before. */
  readonly olderThan?: bigint;
  /** Alone those of that rank. */
  readonly severity?: number;
}

/** The oldest of the next occurrences behind a place, but the last one of each open group. @param lookedAt among so many. */
export function victimsQuery(
  builder: Kysely<Schema>,
  behind: Place,
  { olderThan, severity }: Wanted,
  limit: number,
  lookedAt: number,
) {
  const next = nextPlaces(builder, behind)
    .select('next.series_id')
    .$if(olderThan !== undefined, (query) => query.where('next.time', '<', olderThan!))
    .limit(lookedAt)
    .as('next');
  return builder
    .selectFrom(next)
    .innerJoin('series', 'series.id', 'next.series_id')
    .innerJoin('occurrence', 'occurrence.id', 'next.id')
    .innerJoin('finding_group', 'finding_group.id', 'occurrence.group_id')
    .select([
      'occurrence.id',
      'occurrence.key',
      'occurrence.time',
      'occurrence.group_id',
      'occurrence.series_id',
      'occurrence.output_id',
      'series.severity',
      'finding_group.state',
    ])
    .$if(severity !== undefined, (query) => query.where('series.severity', '=', BigInt(severity!)))
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
    .orderBy('next.time')
    .orderBy('next.id')
    .limit(limit);
}

/** The occurrence so many behind a place. */
export function placeAheadQuery(builder: Kysely<Schema>, behind: Place, distance: number) {
  return nextPlaces(builder, behind)
    .limit(1)
    .offset(distance - 1);
}

function nextPlaces(builder: Kysely<Schema>, { time, id }: Place) {
  return builder
    .selectFrom('occurrence as next')
    .select(['next.time', 'next.id'])
    .where('next.time', '>=', time)
    .where(sql<boolean>`(next.time, next.id) > (${time}, ${id})`)
    .orderBy('next.time')
    .orderBy('next.id');
}

/** How many occurrences of each severity there are. */
export function countBySeverityQuery(builder: Kysely<Schema>) {
  return builder
    .selectFrom('series')
    .select(({ fn }) => ['severity', fn.sum<bigint>('count').as('count')])
    .groupBy('severity');
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

/** Messages that nobody waits for and that were made before a time. @param severity of that rank alone. */
export function deleteOldMessagesQuery(
  builder: Kysely<Schema>,
  olderThan: bigint,
  limit: number,
  severity?: number,
) {
  return builder
    .deleteFrom('outbox')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('outbox')
        .select('id')
        .where('state', 'in', ['delivered', 'dead'])
        .where('created', '<', olderThan)
        .$if(severity !== undefined, (query) => query.where('severity', '=', BigInt(severity!)))
        .limit(limit),
    )
    .returning(sql<number>`1`.as('one'));
}

/** A container that is still paused because of it must stay undoable. */
const isEnded = sql<boolean>`(result <> 'pending' AND NOT (result = 'done' AND undo_json IS NOT NULL AND undone IS NULL))`;

/** Actions that nobody waits for, of a time. */
export function deleteOldActionsQuery(builder: Kysely<Schema>, olderThan: bigint, limit: number) {
  return builder
    .deleteFrom('action')
    .where('key', 'in', ({ selectFrom }) =>
      selectFrom('action').select('key').where('time', '<', olderThan).where(isEnded).limit(limit),
    )
    .returning(sql<number>`1`.as('one'));
}

/** Actions that nobody waits for, by the occurrences that they answered. */
export function deleteActionsQuery(builder: Kysely<Schema>, occurrences: readonly string[]) {
  return builder
    .deleteFrom('action')
    .where('occurrence', 'in', occurrences.length === 0 ? [''] : occurrences)
    .where(isEnded)
    .returning(sql<number>`1`.as('one'));
}

export function deleteOldGapsQuery(builder: Kysely<Schema>, olderThan: bigint, limit: number) {
  return builder
    .deleteFrom('gap')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('gap').select('id').where('to_time', '<', olderThan).limit(limit),
    )
    .returning(sql<number>`1`.as('one'));
}

/** Activity that was last seen before a time. */
export function deleteOldActivityQuery(builder: Kysely<Schema>, olderThan: bigint) {
  return builder
    .deleteFrom('activity')
    .where('last_seen', '<', olderThan)
    .returning(sql<number>`1`.as('one'));
}
