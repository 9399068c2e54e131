import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema/tables.ts';
import type { GroupFilter, Page } from '../store.ts';
import { cursorId, readCursor } from './cursor.ts';
import { groupConditions, workloadConditions } from './filter.ts';

/** How a search is best answered: by its few hits in the index, or by asking for each row that is looked at. */
export type TextPlan = 'by hits' | 'by rows';

/** Groups, the one that happened last first; one more than the page holds. */
export function groupsQuery(
  { builder, ...dialect }: Dialect,
  filter: GroupFilter,
  { limit, after }: Page,
  plan: TextPlan,
) {
  const { from, to, text } = filter;
  const ofWorkload = workloadConditions(filter);
  let query = selectGroups(builder).where(({ and }) => and(groupConditions(filter)));
  if (from !== undefined) query = query.where('last_seen', '>=', from);
  if (to !== undefined) query = query.where('first_seen', '<', to);
  if (ofWorkload.length > 0) {
    query = query.where(({ exists, selectFrom, and }) =>
      exists(
        selectFrom('series')
          .innerJoin('workload', 'workload.id', 'series.workload_id')
          .select(sql<number>`1`.as('one'))
          .whereRef('series.group_id', '=', 'finding_group.id')
          .where(and(ofWorkload)),
      ),
    );
  }
  if (text !== undefined) {
    query =
      plan === 'by rows'
        ? query.where(dialect.hasOutputWith(sql.ref('finding_group.id'), text))
        : query.where(
            'finding_group.id',
            'in',
            sql<bigint>`(SELECT output.group_id FROM output WHERE output.id IN (${dialect.outputsWith(text)}))`,
          );
  }
  if (after !== undefined) {
    const place = readCursor(after);
    const id = cursorId(place);
    query = query.where(sql<boolean>`(finding_group.last_seen, finding_group.id) < (${place.first}, ${id})`);
  }
  return query
    .orderBy('finding_group.last_seen', 'desc')
    .orderBy('finding_group.id', 'desc')
    .limit(limit + 1);
}

export function groupQuery(builder: Kysely<Schema>, id: number) {
  return selectGroups(builder).where('finding_group.id', '=', BigInt(id));
}

/** With `workload.id` in the name of `workload_json` of the last occurrence. */
function selectGroups(builder: Kysely<Schema>) {
  return builder
    .selectFrom('finding_group')
    .selectAll('finding_group')
    .select((row) =>
      row
        .selectFrom('workload as last_workload')
        .select('last_workload.workload_json')
        .whereRef('last_workload.id', '=', 'finding_group.workload_id')
        .as('workload_json'),
    );
}

/** How many outputs hold the words, counted up to a limit. */
export function countHitsQuery({ builder, outputsWith }: Dialect, text: string, limit: number) {
  return builder
    .selectFrom(sql<{ id: bigint }>`(${outputsWith(text)} LIMIT ${limit})`.as('hit'))
    .select(({ fn }) => fn.countAll<bigint>().as('count'));
}

/** How many occurrences have such an output, counted up to about a limit. */
export function countOccurrenceHitsQuery({ builder, outputsWith }: Dialect, text: string, limit: number) {
  return builder
    .selectFrom(sql<{ id: bigint }>`(${outputsWith(text)} LIMIT ${limit})`.as('hit'))
    .innerJoin('output', 'output.id', 'hit.id')
    .select(({ fn }) => fn.sum<bigint | null>('output.count').as('count'));
}

export function stateQuery(builder: Kysely<Schema>, id: number) {
  return builder.selectFrom('finding_group').select('state').where('id', '=', BigInt(id));
}

export function decideQuery(
  builder: Kysely<Schema>,
  id: number,
  decision: {
    readonly state: string;
    readonly actor: string;
    readonly time: bigint;
    readonly comment?: string;
  },
) {
  return builder
    .updateTable('finding_group')
    .set({
      state: decision.state,
      decision_actor: decision.actor,
      decision_time: decision.time,
      decision_comment: decision.comment ?? null,
    })
    .where('id', '=', BigInt(id));
}

export function outputsQuery(builder: Kysely<Schema>, groupId: number, { limit, after }: Page) {
  return builder
    .selectFrom('output')
    .select(['id', 'text', 'count', 'first_seen', 'last_seen'])
    .where('group_id', '=', BigInt(groupId))
    .$if(after !== undefined, (query) => query.where('id', '<', cursorId(readCursor(after!))))
    .orderBy('id', 'desc')
    .limit(limit + 1);
}
