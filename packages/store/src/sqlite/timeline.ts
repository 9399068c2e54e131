import type { Dialect } from '../dialect.ts';
import {
  coarseGrid,
  countOccurrencesQuery,
  countSpanQuery,
  fillGrid,
  fineGrid,
  isBySeverity,
  type SliceCount,
  type SliceGrid,
  sumSlicesQuery,
} from '../query/timeline.ts';
import { SECOND_NANOSECONDS, seriesLevels, severityLevels } from '../slices.ts';
import type { GroupFilter, TimeSlice } from '../store.ts';
import type { Connection } from './connection.ts';
import { type ChosenPlan, chooseOccurrencePlan } from './plan.ts';

/** So many occurrences are counted one by one in some ten milliseconds. */
const COUNTABLE = 40_000;
/** Those of chosen series are not next to each other: each is looked up. */
const LOOK_UP_COST = 10;

/**
 * Counts findings by slices of time: one by one where few enough fit, else from the counts that were kept.
 * @param countable how many are few enough.
 */
export function readTimeline(
  connection: Connection,
  dialect: Dialect,
  filter: GroupFilter,
  span: { readonly from: bigint; readonly to: bigint; readonly slices: number },
  countable = COUNTABLE,
): readonly TimeSlice[] {
  const { from, to, slices } = span;
  if (to <= from || slices < 1) return [];
  const fine = fineGrid(from, to, slices);
  const chosen = chooseOccurrencePlan(connection, dialect, filter, countable);
  const count = (grid: SliceGrid) => {
    if (grid.from >= grid.to) return [];
    return connection.rows(countOccurrencesQuery(dialect, chosen.filter, grid, chosen.plan)) as SliceCount[];
  };
  const coarse = coarseGrid(from, to, slices, isBySeverity(filter) ? severityLevels : seriesLevels);
  // Kept counts know nothing of words.
  if (
    coarse === undefined ||
    filter.text !== undefined ||
    isFew(connection, dialect, chosen, fine, countable)
  ) {
    return fillGrid(fine, count(fine));
  }
  const unit = BigInt(coarse.level) * SECOND_NANOSECONDS;
  const first = filter.from !== undefined && filter.from > from ? filter.from : from;
  const last = filter.to !== undefined && filter.to < to ? filter.to : to;
  const firstWhole = ((first + unit - 1n) / unit) * unit;
  const lastWhole = (last / unit) * unit;
  if (firstWhole >= lastWhole) return fillGrid(coarse, count(coarse));
  const counted = [
    ...count({ ...coarse, to: firstWhole }),
    ...(connection.rows(
      sumSlicesQuery(
        dialect,
        filter,
        coarse,
        firstWhole / SECOND_NANOSECONDS,
        lastWhole / SECOND_NANOSECONDS,
      ),
    ) as SliceCount[]),
    ...count({ ...coarse, from: lastWhole }),
  ];
  return fillGrid(coarse, counted);
}

function isFew(
  connection: Connection,
  dialect: Dialect,
  { ofSeries }: ChosenPlan,
  { from, to }: SliceGrid,
  countable: number,
): boolean {
  if (ofSeries !== undefined && ofSeries < countable / LOOK_UP_COST) return true;
  const [{ count }] = connection.rows(countSpanQuery(dialect, from, to, countable));
  return Number(count) < countable;
}
