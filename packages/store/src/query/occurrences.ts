import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema/tables.ts';
import type { Page } from '../store.ts';
import { cursorId, readCursor } from './cursor.ts';
import { chosenSeries, type NarrowedFilter } from './filter.ts';

/**
 * How occurrences that fit a filter are best found. Where few fit, they are looked up and sorted; where many do, walking
 * through all of them in order of time soon meets enough.
 */
export type OccurrencePlan = 'by time' | 'by series' | 'by hits';

/** Occurrences, the newest first; one more than the page holds. */
export function feedQuery(
  dialect: Dialect,
  filter: NarrowedFilter,
  { limit, after }: Page,
  plan: OccurrencePlan,
) {
  const { builder } = dialect;
  const conditions = occurrenceConditions(dialect, filter, plan);
  if (after !== undefined) {
    const place = readCursor(after);
    conditions.push(
      sql`(occurrence.time, occurrence.id) < (${place.first}, ${cursorId(place)})`,
      // Says the same once more, so that the index is entered at the right place.
      sql`occurrence.time <= ${place.first}`,
    );
  }
  return withDetails(builder, ({ and, selectFrom }) =>
    selectFrom('occurrence')
      .select('occurrence.id')
      .where(and(conditions))
      .orderBy('occurrence.time', 'desc')
      .orderBy('occurrence.id', 'desc')
      .limit(limit + 1),
  )
    .orderBy('occurrence.time', 'desc')
    .orderBy('occurrence.id', 'desc');
}

/** Occurrences with ids above one, in the order of ids. */
export function newerQuery(dialect: Dialect, filter: NarrowedFilter, afterOccurrence: number, limit: number) {
  const conditions = occurrenceConditions(dialect, filter, 'by time');
  return withDetails(dialect.builder, ({ and, selectFrom }) =>
    selectFrom('occurrence')
      .select('occurrence.id')
      .where('occurrence.id', '>', BigInt(afterOccurrence))
      .where(and(conditions))
      .orderBy('occurrence.id')
      .limit(limit),
  ).orderBy('occurrence.id');
}

/** Occurrences of one group, the newest first; one more than the page holds. */
export function groupOccurrencesQuery(builder: Kysely<Schema>, groupId: number, { limit, after }: Page) {
  return withDetails(builder, ({ selectFrom }) => {
    const query = selectFrom('occurrence')
      .select('occurrence.id')
      .where('occurrence.group_id', '=', BigInt(groupId))
      .orderBy('occurrence.time', 'desc')
      .orderBy('occurrence.id', 'desc')
      .limit(limit + 1);
    if (after === undefined) return query;
    const place = readCursor(after);
    return query
      .where(sql<boolean>`(occurrence.time, occurrence.id) < (${place.first}, ${cursorId(place)})`)
      .where('occurrence.time', '<=', place.first);
  })
    .orderBy('occurrence.time', 'desc')
    .orderBy('occurrence.id', 'desc');
}

/** Conditions on an occurrence that is at hand as `occurrence`. */
export function occurrenceConditions(
  dialect: Dialect,
  filter: NarrowedFilter,
  plan: OccurrencePlan,
): Expression<SqlBool>[] {
  const { builder } = dialect;
  const { from, to, text } = filter;
  const conditions: Expression<SqlBool>[] = [];
  if (from !== undefined) conditions.push(sql`occurrence.time >= ${from}`);
  if (to !== undefined) conditions.push(sql`occurrence.time < ${to}`);
  const series = chosenSeries(builder, filter);
  if (series !== undefined) {
    if (plan === 'by series') {
      conditions.push(sql`occurrence.group_id IN (${series.select('series.group_id')})`);
    }
    conditions.push(sql`occurrence.series_id IN (${series.select('series.id')})`);
  }
  if (text !== undefined) {
    const output = sql<string>`(SELECT output.text FROM output WHERE output.id = occurrence.output_id)`;
    conditions.push(
      plan === 'by hits'
        ? sql`occurrence.output_id IN (${dialect.outputsWith(text)})`
        : dialect.isOutputWith({ text: output }, text),
    );
  }
  return conditions;
}

/** How many occurrences the series have that fit a filter; undefined where all do. */
export function countSeriesQuery(builder: Kysely<Schema>, filter: NarrowedFilter) {
  return chosenSeries(builder, filter)?.select(({ fn }) => fn.sum<bigint | null>('series.count').as('count'));
}

/** The groups of the series that fit a filter but for its words, up to a limit; undefined where all do. */
export function groupsOfSeriesQuery(builder: Kysely<Schema>, filter: NarrowedFilter, limit: number) {
  const chosen = chosenSeries(builder, filter);
  if (chosen === undefined) return undefined;
  return builder
    .selectFrom('finding_group')
    .select(['id', 'unique_outputs'])
    .where('id', 'in', chosen.select('series.group_id'))
    .limit(limit);
}

/** Which of some groups have an output with the words, found by looking at each output. */
export function groupsByTextQuery(
  { builder, isOutputWith }: Dialect,
  groups: readonly bigint[],
  text: string,
) {
  return builder
    .selectFrom('output')
    .select('group_id')
    .where('group_id', 'in', groups)
    .where(isOutputWith({ text: sql.ref('output.text') }, text));
}

/** The groups, among some, of outputs with the words: one row for each output, up to a limit. */
export function groupsWithTextQuery(
  { builder, outputsOfGroupsWith }: Dialect,
  groups: readonly bigint[],
  text: string,
  limit: number,
) {
  return builder
    .selectFrom(sql<{ id: bigint }>`(${outputsOfGroupsWith(groups, text)} LIMIT ${limit})`.as('hit'))
    .innerJoin('output', 'output.id', 'hit.id')
    .select('output.group_id');
}

type ChooseIds = (builder: Pick<Kysely<Schema>, 'selectFrom'> & { and: And }) => Expression<unknown>;
type And = (conditions: Expression<SqlBool>[]) => Expression<SqlBool>;

/** All columns of the occurrences that were chosen by id: nothing else is read of those that weren't. */
function withDetails(builder: Kysely<Schema>, choose: ChooseIds) {
  return builder
    .selectFrom('occurrence')
    .innerJoin('series', 'series.id', 'occurrence.series_id')
    .innerJoin('workload', 'workload.id', 'series.workload_id')
    .innerJoin('output', 'output.id', 'occurrence.output_id')
    .innerJoin('finding_group', 'finding_group.id', 'occurrence.group_id')
    .selectAll('occurrence')
    .select([
      'output.text as output',
      'workload.workload_json',
      'finding_group.key as group_key',
      'finding_group.policy',
      'finding_group.rule',
      'finding_group.source',
      'finding_group.priority',
      'finding_group.severity',
      'finding_group.tags_json',
      'finding_group.runbook',
      'finding_group.pattern',
    ])
    .where((expression) =>
      expression('occurrence.id', 'in', choose(expression as never) as Expression<bigint>),
    );
}
