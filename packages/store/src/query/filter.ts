import { type Expression, type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Schema } from '../schema/tables.ts';
import { severityRank } from '../severity.ts';
import type { GroupFilter } from '../store.ts';

/** A filter that was narrowed to groups of which it is known that no others can fit. */
export interface NarrowedFilter extends GroupFilter {
  readonly groups?: readonly bigint[];
}

/** Conditions on a group that is at hand as `finding_group`. */
export function groupConditions({
  states,
  severities,
  policies,
  rules,
  groups,
}: NarrowedFilter): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  const among = (column: string, values: readonly (string | number | bigint)[] | undefined): void => {
    if (values !== undefined) conditions.push(isAmong(sql.ref(`finding_group.${column}`), values));
  };
  among('state', states);
  among('severity', severities?.map(severityRank));
  among('policy', policies);
  among('rule', rules);
  among('id', groups);
  return conditions;
}

/** Conditions on a workload that is at hand as `workload`. */
export function workloadConditions({
  namespaces,
  pods,
  containers,
  images,
  nodes,
}: GroupFilter): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  const among = (columns: readonly string[], values: readonly string[] | undefined): void => {
    if (values === undefined) return;
    const each = columns.map((column) => isAmong(sql.ref(`workload.${column}`), values));
    conditions.push(sql`(${sql.join(each, sql` OR `)})`);
  };
  among(['namespace'], namespaces);
  among(['pod'], pods);
  among(['container_name', 'container_short_id', 'container_id'], containers);
  among(['image', 'repository'], images);
  among(['node'], nodes);
  return conditions;
}

/** The ids of series that fit all of a filter but text and time; undefined where all fit. */
export function chosenSeries(builder: Kysely<Schema>, filter: NarrowedFilter) {
  const ofGroup = groupConditions(filter);
  const ofWorkload = workloadConditions(filter);
  if (ofGroup.length + ofWorkload.length === 0) return undefined;
  return builder
    .selectFrom('series')
    .$if(ofGroup.length > 0, (query) =>
      query.innerJoin('finding_group', 'finding_group.id', 'series.group_id'),
    )
    .$if(ofWorkload.length > 0, (query) => query.innerJoin('workload', 'workload.id', 'series.workload_id'))
    .where(({ and }) => and([...ofGroup, ...ofWorkload]));
}

/** No value at all fits an empty list. */
function isAmong(column: Expression<unknown>, values: readonly unknown[]): RawBuilder<SqlBool> {
  if (values.length === 0) return sql`1 = 0`;
  return sql`${column} IN (${sql.join(values)})`;
}
