import type { Dialect } from '../dialect.ts';
import type { NarrowedFilter } from '../query/filter.ts';
import { countHitsQuery, countOccurrenceHitsQuery, type TextPlan } from '../query/groups.ts';
import {
  countSeriesQuery,
  groupsByTextQuery,
  groupsOfSeriesQuery,
  groupsWithTextQuery,
  type OccurrencePlan,
} from '../query/occurrences.ts';
import type { GroupFilter } from '../store.ts';
import type { Connection } from './connection.ts';

/**
 * SQLite keeps no statistics of what a search will find, so it is asked first, up to a limit: looking up this many and sorting
 * them takes about as long as walking through a million until a page is full of such that are no rarer.
 */
const FEW = 5000;
/** The index is asked about so many groups at once; each takes it some hundred microseconds, whatever is found. */
const FEW_GROUPS = 400;
/** So few outputs of a group are looked at in less time. */
const FEW_OUTPUTS = 10n;
/** Where so many outputs of the groups have the words, walking soon meets some. */
const MANY_HITS = 2000;

/** How to answer a search among groups. */
export function chooseTextPlan(connection: Connection, dialect: Dialect, text: string | undefined): TextPlan {
  if (text === undefined) return 'by hits';
  const [{ count }] = connection.rows(countHitsQuery(dialect, text, FEW));
  return Number(count) < FEW ? 'by hits' : 'by rows';
}

/** How to find occurrences that fit a filter, and the filter to find them with. */
export interface ChosenPlan {
  readonly plan: OccurrencePlan;
  readonly filter: NarrowedFilter;
  /** How many occurrences the series have that fit; undefined where it wasn't asked. */
  readonly ofSeries?: number;
}

/**
 * Chooses how to find occurrences, newest first.
 * @param few how many are looked up rather than walked to.
 */
export function chooseOccurrencePlan(
  connection: Connection,
  dialect: Dialect,
  wanted: GroupFilter,
  few = FEW,
): ChosenPlan {
  let filter: NarrowedFilter = wanted;
  if (wanted.text !== undefined) {
    const [{ count }] = connection.rows(countOccurrenceHitsQuery(dialect, wanted.text, few));
    if (Number(count ?? 0) < few) return { plan: 'by hits', filter };
    filter = narrowToText(connection, dialect, wanted, wanted.text);
  }
  const counting = countSeriesQuery(dialect.builder, filter);
  if (counting !== undefined) {
    const [{ count }] = connection.rows(counting);
    const fitting = Number(count ?? 0);
    return { plan: fitting < few ? 'by series' : 'by time', filter, ofSeries: fitting };
  }
  return { plan: 'by time', filter };
}

/** Words that are common may be rare, or nowhere, in what else is asked for: without knowing it, all would be walked through. */
function narrowToText(
  connection: Connection,
  dialect: Dialect,
  filter: GroupFilter,
  text: string,
): NarrowedFilter {
  const chosen = groupsOfSeriesQuery(dialect.builder, filter, FEW_GROUPS);
  if (chosen === undefined) return filter;
  const found = connection.rows(chosen);
  if (found.length === 0 || found.length >= FEW_GROUPS) return filter;
  const [few, many] = [true, false].map((isFew) =>
    found.filter((group) => group.unique_outputs <= FEW_OUTPUTS === isFew).map(({ id }) => id),
  );
  const hits = many.length === 0 ? [] : connection.rows(groupsWithTextQuery(dialect, many, text, MANY_HITS));
  if (hits.length >= MANY_HITS) return filter;
  const looked = few.length === 0 ? [] : connection.rows(groupsByTextQuery(dialect, few, text));
  return { ...filter, groups: [...new Set([...hits, ...looked].map(({ group_id }) => group_id))] };
}
