import type { Kysely } from 'kysely';
import { findingQueries } from '../commit/finding-statements.ts';
import type { Schema } from '../schema/tables.ts';
import { addCount, secondOf, seriesLevels, severityLevels, sumSlices } from '../slices.ts';
import type { Connection } from '../sqlite/connection.ts';
import { mergeTextIndex } from '../sqlite/space.ts';
import type { Place, Victim, Wanted } from './queries.ts';
import * as queries from './queries.ts';

/** How many occurrences go in one step: some ten milliseconds of the thread that commits. */
export const STEP = 100;
/** How many a step looks at for those that may go. */
const LOOKED_AT = 2000;

/** Before everything. */
export const BEGINNING: Place = { time: -(2n ** 63n), id: 0n };

/** What a step has come to. */
export interface Step {
  readonly victims: readonly Victim[];
  /** Where the next one begins; undefined where there is nothing more to look at. */
  readonly next: Place | undefined;
}

/** Deletes some occurrences behind a place; runs inside a transaction. */
export function deleteStep(
  connection: Connection,
  builder: Kysely<Schema>,
  behind: Place,
  wanted: Wanted,
): Step {
  const victims = connection.rows<Victim>(queries.victimsQuery(builder, behind, wanted, STEP, LOOKED_AT));
  // Read before they are gone.
  const [ahead] =
    victims.length === STEP
      ? victims.slice(-1)
      : connection.rows<Place>(queries.placeAheadQuery(builder, behind, LOOKED_AT));
  if (victims.length > 0) deleteVictims(connection, builder, victims);
  return { victims, next: ahead };
}

/** Deletes occurrences and takes them out of every count. */
function deleteVictims(connection: Connection, builder: Kysely<Schema>, victims: readonly Victim[]): void {
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
