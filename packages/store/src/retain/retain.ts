import { setImmediate } from 'node:timers/promises';
import type { Compilable, Kysely } from 'kysely';
import { findingQueries } from '../commit/finding-statements.ts';
import type { Schema } from '../schema/tables.ts';
import { addCount, secondOf, seriesLevels, severityLevels, sumSlices } from '../slices.ts';
import type { Connection } from '../sqlite/connection.ts';
import { emptyLog, mergeTextIndex, shrinkStep, usedBytes } from '../sqlite/space.ts';
import type { Victim } from './queries.ts';
import * as queries from './queries.ts';

/** How many occurrences go in one step: some ten milliseconds of the thread that commits. */
const STEP = 100;

/** Runs a step on the open file: it may have been closed, or replaced, since the last one. */
export type RunStep = <Result>(work: (connection: Connection) => Result) => Result;

export interface RetainLimits {
  readonly olderThan?: bigint;
  readonly maximumBytes?: number;
}

/**
 * Deletes what is too old, then the oldest until the rest is small enough, then gives room back to the file system.
 * Each step is a transaction; between steps others get their turn.
 * @param run gives a step the connection.
 * @returns how many occurrences, messages, actions, gaps and activities were deleted.
 */
export async function retain(
  run: RunStep,
  builder: Kysely<Schema>,
  { olderThan, maximumBytes }: RetainLimits,
): Promise<{ readonly deleted: number }> {
  let deleted = 0;
  if (olderThan !== undefined) {
    deleted += await deleteOccurrences(run, builder, olderThan, () => true);
    deleted += await deleteRecords(run, builder, olderThan);
    const activity = queries.deleteOldActivityQuery(builder, olderThan);
    deleted += run((connection) => connection.transaction(() => connection.rows(activity))).length;
  }
  if (maximumBytes !== undefined) {
    const isTooBig = () => run(usedBytes) > maximumBytes;
    deleted += await deleteOccurrences(run, builder, undefined, isTooBig);
  }
  if (deleted > 0) {
    run((connection) => connection.transaction(() => connection.rows(queries.deleteWorkloadsQuery(builder))));
  }
  while (run(shrinkStep)) await setImmediate();
  run(emptyLog);
  return { deleted };
}

async function deleteOccurrences(
  run: RunStep,
  builder: Kysely<Schema>,
  olderThan: bigint | undefined,
  isWanted: () => boolean,
): Promise<number> {
  let deleted = 0;
  let behind = { time: -(2n ** 63n), id: 0n };
  while (isWanted()) {
    const victims = run((connection) =>
      connection.transaction(() => deleteStep(connection, builder, behind, olderThan)),
    );
    const last = victims.at(-1);
    if (last === undefined) break;
    behind = last;
    deleted += victims.length;
    // Messages, actions and gaps of that time go with them where it is room that is wanted.
    if (olderThan === undefined) deleted += await deleteRecords(run, builder, last.time);
    await setImmediate();
  }
  return deleted;
}

async function deleteRecords(run: RunStep, builder: Kysely<Schema>, olderThan: bigint): Promise<number> {
  let deleted = 0;
  for (;;) {
    const step = run((connection) =>
      connection.transaction(() =>
        queries
          .deleteOldRecordsQueries(builder, olderThan, STEP)
          .reduce((sum, query) => sum + connection.rows(query as Compilable<unknown>).length, 0),
      ),
    );
    if (step === 0) return deleted;
    deleted += step;
    await setImmediate();
  }
}

/** Deletes some occurrences and takes them out of every count; runs inside a transaction. */
function deleteStep(
  connection: Connection,
  builder: Kysely<Schema>,
  behind: { readonly time: bigint; readonly id: bigint },
  olderThan: bigint | undefined,
): readonly Victim[] {
  const victims = connection.rows<Victim>(queries.victimsQuery(builder, behind, olderThan, STEP));
  if (victims.length === 0) return victims;
  const outputs = new Map<bigint, number>();
  const series = new Map<bigint, LessenedSeries>();
  for (const { output_id, series_id, severity, state, time } of victims) {
    addCount(outputs, output_id, 1);
    let ofSeries = series.get(series_id);
    if (ofSeries === undefined) {
      ofSeries = { severity: Number(severity), state, seconds: new Map() };
      series.set(series_id, ofSeries);
    }
    addCount(ofSeries.seconds, secondOf(time), 1);
  }
  connection.rows(
    queries.deleteOccurrencesQuery(
      builder,
      victims.map(({ id }) => id),
    ),
  );
  const lessenOutput = connection.prepare(queries.lessenQueries(builder).lessenOutput);
  for (const [id, count] of outputs) lessenOutput.run({ id, count });
  connection.rows(queries.deleteEmptyQuery(builder, 'output', [...outputs.keys()]));
  lessenSeries(connection, builder, series);
  connection.rows(
    queries.deleteEmptyGroupsQuery(builder, [...new Set(victims.map(({ group_id }) => group_id))]),
  );
  mergeTextIndex(connection);
  return victims;
}

/** What is taken from one series, or from several. */
interface LessenedSeries {
  readonly severity: number;
  readonly state: string;
  readonly seconds: Map<number, number>;
}

function lessenSeries(
  connection: Connection,
  builder: Kysely<Schema>,
  series: ReadonlyMap<bigint, LessenedSeries>,
): void {
  const { addSeriesSlice } = findingQueries(builder);
  const bySeries = connection.prepare(addSeriesSlice);
  const ofSeries = connection.prepare(queries.lessenQueries(builder).lessenSeries);
  const common = new Map<string, LessenedSeries>();
  let last = 0;
  for (const [id, { severity, state, seconds }] of series) {
    const name = `${severity} ${state}`;
    const sums = common.get(name) ?? { severity, state, seconds: new Map<number, number>() };
    common.set(name, sums);
    let total = 0;
    for (const [second, count] of seconds) {
      total += count;
      last = Math.max(last, second);
      addCount(sums.seconds, second, count);
    }
    ofSeries.run({ id, count: total });
    for (const { level, start, count } of sumSlices(seconds, seriesLevels)) {
      bySeries.run({ seriesId: id, level, start, count: -count });
    }
  }
  const ids = [...series.keys()];
  connection.rows(queries.deleteEmptySeriesSlicesQuery(builder, ids, last));
  connection.rows(queries.deleteEmptyQuery(builder, 'series', ids));
  for (const sums of common.values()) lessenCommon(connection, builder, sums);
}

/** Takes what several series of one severity and state lost from the counts of all findings. */
function lessenCommon(
  connection: Connection,
  builder: Kysely<Schema>,
  { severity, state, seconds }: LessenedSeries,
): void {
  const { addSeveritySlice, addStateSlice } = findingQueries(builder);
  const lessen = queries.lessenQueries(builder);
  const bySeverity = connection.prepare(addSeveritySlice);
  const emptySeverity = connection.prepare(lessen.deleteEmptySeveritySlice);
  for (const { level, start, count } of sumSlices(seconds, severityLevels)) {
    bySeverity.run({ severity, level, start, count: -count });
    emptySeverity.run({ level, start });
  }
  const byState = connection.prepare(addStateSlice);
  const emptyState = connection.prepare(lessen.deleteEmptyStateSlice);
  for (const { level, start, count } of sumSlices(seconds, seriesLevels)) {
    byState.run({ severity, state, level, start, count: -count });
    emptyState.run({ level, start });
  }
}
