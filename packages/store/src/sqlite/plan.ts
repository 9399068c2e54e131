import type { Dialect } from '../dialect.ts';
import { countHitsQuery, countOccurrenceHitsQuery, type TextPlan } from '../query/groups.ts';
import { countSeriesQuery, type OccurrencePlan } from '../query/occurrences.ts';
import type { GroupFilter } from '../store.ts';
import type { Connection } from './connection.ts';

/**
 * SQLite keeps no statistics of what a search will find, so it is asked first, up to a limit: looking up this many and sorting
 * them takes about as long as walking through a million until a page is full of such that are no rarer.
 */
const FEW = 5000;

/** How to answer a search among groups. */
export function chooseTextPlan(connection: Connection, dialect: Dialect, text: string | undefined): TextPlan {
  if (text === undefined) return 'by hits';
  const [{ count }] = connection.rows(countHitsQuery(dialect, text, FEW));
  return Number(count) < FEW ? 'by hits' : 'by rows';
}

/** How to find occurrences that fit a filter, newest first. */
export function chooseOccurrencePlan(
  connection: Connection,
  dialect: Dialect,
  filter: GroupFilter,
  few = FEW,
): OccurrencePlan {
  if (filter.text !== undefined) {
    const [{ count }] = connection.rows(countOccurrenceHitsQuery(dialect, filter.text, few));
    if (Number(count ?? 0) < few) return 'by hits';
  }
  const ofSeries = countSeriesQuery(dialect.builder, filter);
  if (ofSeries !== undefined) {
    const [{ count }] = connection.rows(ofSeries);
    if (Number(count ?? 0) < few) return 'by series';
  }
  return 'by time';
}
