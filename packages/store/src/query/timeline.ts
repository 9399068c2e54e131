import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { severities, severityRank } from '../severity.ts';
import { SECOND_NANOSECONDS } from '../slices.ts';
import type { TimeSlice } from '../store.ts';
import type { Severity } from '../types/finding.ts';
import { chosenSeries, type NarrowedFilter } from './filter.ts';
import { type OccurrencePlan, occurrenceConditions } from './occurrences.ts';

/** Times in nanoseconds; slice number n begins at `origin + n * width`. */
export interface SliceGrid {
  readonly from: bigint;
  readonly to: bigint;
  readonly origin: bigint;
  readonly width: bigint;
}

/** A row of what was counted. */
export interface SliceCount {
  readonly slice: bigint;
  readonly severity: bigint;
  readonly count: bigint;
}

/** Slices of exactly the width that was asked for. */
export function fineGrid(from: bigint, to: bigint, slices: number): SliceGrid {
  const width = (to - from + BigInt(slices) - 1n) / BigInt(slices);
  return { from, to, origin: from, width };
}

/**
 * Slices that stored counts add up to: their width is a multiple of the longest level's that is not longer than what was
 * asked for, so that rounding up makes them at most twice as wide. Undefined where the finest level is too coarse.
 */
export function coarseGrid(
  from: bigint,
  to: bigint,
  slices: number,
  levels: readonly number[],
): (SliceGrid & { readonly level: number }) | undefined {
  const { width: wanted } = fineGrid(from, to, slices);
  const level = levels.findLast((seconds) => BigInt(seconds) * SECOND_NANOSECONDS <= wanted);
  if (level === undefined) return undefined;
  const unit = BigInt(level) * SECOND_NANOSECONDS;
  const width = ((wanted + unit - 1n) / unit) * unit;
  return { from, to, origin: (from / width) * width, width, level };
}

/** Counts occurrences one by one between two times of a grid. */
export function countOccurrencesQuery(
  dialect: Dialect,
  filter: NarrowedFilter,
  { from, to, origin, width }: SliceGrid,
  plan: OccurrencePlan,
) {
  const conditions = occurrenceConditions(dialect, filter, plan);
  const slice = sql<bigint>`(occurrence.time - ${origin}) / ${width}`;
  return dialect.builder
    .selectFrom('occurrence')
    .innerJoin('series', 'series.id', 'occurrence.series_id')
    .select([slice.as('slice'), 'series.severity'])
    .select(({ fn }) => fn.countAll<bigint>().as('count'))
    .where(({ and }) => and(conditions))
    .where('occurrence.time', '>=', from)
    .where('occurrence.time', '<', to)
    .groupBy([sql`1`, 'series.severity']);
}

/** Sums up stored counts between two seconds since the epoch. */
export function sumSlicesQuery(
  { builder }: Dialect,
  filter: NarrowedFilter,
  { origin, width, level }: SliceGrid & { readonly level: number },
  fromSecond: bigint,
  toSecond: bigint,
) {
  const slice = sql<bigint>`(start - ${origin / SECOND_NANOSECONDS}) / ${width / SECOND_NANOSECONDS}`;
  if (isBySeverity(filter)) {
    const ranks = filter.severities?.map(severityRank) ?? severities.keys();
    return builder
      .selectFrom('severity_slice')
      .select([slice.as('slice'), 'severity', sql<bigint>`sum(count)`.as('count')])
      .where('severity', 'in', [...ranks].map(BigInt))
      .where('level', '=', BigInt(level))
      .where('start', '>=', fromSecond)
      .where('start', '<', toSecond)
      .groupBy([sql`1`, 'severity']);
  }
  if (isByState(filter)) {
    const ranks = filter.severities?.map(severityRank) ?? severities.keys();
    return builder
      .selectFrom('state_slice')
      .select([slice.as('slice'), 'severity', sql<bigint>`sum(count)`.as('count')])
      .where('severity', 'in', [...ranks].map(BigInt))
      .where('state', 'in', [...filter.states!])
      .where('level', '=', BigInt(level))
      .where('start', '>=', fromSecond)
      .where('start', '<', toSecond)
      .groupBy([sql`1`, 'severity']);
  }
  // Crossed rather than joined: SQLite then begins with the few series and not with the many slices.
  return builder
    .selectFrom(chosenSeries(builder, filter)!.select(['series.id', 'series.severity']).as('chosen'))
    .crossJoin('series_slice')
    .select([slice.as('slice'), 'chosen.severity', sql<bigint>`sum(series_slice.count)`.as('count')])
    .whereRef('series_slice.series_id', '=', 'chosen.id')
    .where('series_slice.level', '=', BigInt(level))
    .where('series_slice.start', '>=', fromSecond)
    .where('series_slice.start', '<', toSecond)
    .groupBy([sql`1`, 'chosen.severity']);
}

/** Whether a filter asks for nothing but severities (and times): the counts of all findings together answer it. */
export function isBySeverity({ severities: chosen, from, to, ...others }: NarrowedFilter): boolean {
  return chosen?.length !== 0 && Object.values(others).every((value) => value === undefined);
}

/** Whether a filter asks for nothing but states, and perhaps severities (and times): the counts by state answer it. */
function isByState({ states, ...others }: NarrowedFilter): boolean {
  return states !== undefined && states.length > 0 && isBySeverity(others);
}

/** How many occurrences are in a span of time, counted up to a limit. */
export function countSpanQuery({ builder }: Dialect, from: bigint, to: bigint, limit: number) {
  return builder
    .selectFrom((inner) =>
      inner
        .selectFrom('occurrence')
        .select('occurrence.time')
        .where('occurrence.time', '>=', from)
        .where('occurrence.time', '<', to)
        .limit(limit)
        .as('span'),
    )
    .select(({ fn }) => fn.countAll<bigint>().as('count'));
}

/** Puts what was counted into the slices of a grid, empty ones too. */
export function fillGrid(
  { from, to, origin, width }: SliceGrid,
  counted: readonly SliceCount[],
): TimeSlice[] {
  const slices = Array.from({ length: Number((to - origin + width - 1n) / width) }, (_, index) => {
    const start = origin + BigInt(index) * width;
    return {
      from: start < from ? from : start,
      count: 0,
      bySeverity: Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>,
    };
  });
  for (const { slice, severity, count } of counted) {
    const filled = slices[Number(slice)];
    filled.count += Number(count);
    filled.bySeverity[severities[Number(severity)]] += Number(count);
  }
  return slices;
}
