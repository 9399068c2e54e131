import type { Compilable } from 'kysely';
import { createGroupMover } from '../commit/state-slices.ts';
import { sqlite } from '../dialect.ts';
import { errors } from '../errors.ts';
import { pageOf } from '../query/cursor.ts';
import * as groups from '../query/groups.ts';
import * as occurrences from '../query/occurrences.ts';
import * as records from '../query/records.ts';
import { retain } from '../retain/retain.ts';
import * as rows from '../rows.ts';
import { migrations } from '../schema/migrations.ts';
import type { GroupFilter, Page, Paged, Store } from '../store.ts';
import type { FindingGroup, FindingState } from '../types/finding.ts';
import { chooseOccurrencePlan, chooseTextPlan } from './plan.ts';
import type { Session } from './session.ts';
import { fileBytes } from './space.ts';
import { readTimeline } from './timeline.ts';

const { builder } = sqlite;

/** The store on an open SQLite file: runs the queries and makes their rows into what is handed out. */
export function createSqliteStore(session: Session): Store {
  /** Makes items inside of the session, where a text that the disk has changed is known as damage. */
  const ask = <Row, Item>(query: Compilable<Row>, itemOf: (row: Row) => Item): Item[] =>
    session.run((connection) => connection.rows(query).map(itemOf));
  const askPage = <Row, Item>(
    query: Compilable<Row>,
    { limit }: Page,
    placeOf: (row: Row) => readonly [bigint, bigint | string],
    itemOf: (row: Row) => Item,
  ): Paged<Item> => session.run((connection) => pageOf(connection.rows(query), limit, placeOf, itemOf));
  const change = <Row>(query: Compilable<Row>): Row[] =>
    session.run((connection) => connection.transaction(() => connection.rows(query)));

  function findGroup(id: number): FindingGroup | undefined {
    return ask(groups.groupQuery(builder, id), groupOf)[0];
  }

  return {
    commit: async (batch) => session.commit(batch),

    async groups(filter, page) {
      const plan = session.run((connection) => chooseTextPlan(connection, sqlite, filter.text));
      return askPage(
        groups.groupsQuery(sqlite, filter, page, plan),
        page,
        (row) => [row.last_seen, row.id],
        groupOf,
      );
    },
    group: async (id) => findGroup(id),
    async occurrences(groupId, page) {
      return askPage(
        occurrences.groupOccurrencesQuery(builder, groupId, page),
        page,
        (row) => [row.time, row.id],
        rows.occurrenceOf,
      );
    },
    async outputs(groupId, page) {
      return askPage(
        groups.outputsQuery(builder, groupId, page),
        page,
        (row) => [row.id, row.id],
        ({ text, count, first_seen, last_seen }) => ({
          text,
          count: Number(count),
          first: first_seen,
          last: last_seen,
        }),
      );
    },
    async feed(wanted, page) {
      const { plan, filter } = session.run((connection) => chooseOccurrencePlan(connection, sqlite, wanted));
      return askPage(
        occurrences.feedQuery(sqlite, filter, page, plan),
        page,
        (row) => [row.time, row.id],
        rows.occurrenceOf,
      );
    },
    async newer(filter, afterOccurrence, limit) {
      return ask(occurrences.newerQuery(sqlite, filter, afterOccurrence, limit), rows.occurrenceOf);
    },
    timeline: async (filter: GroupFilter, span) =>
      session.run((connection) => readTimeline(connection, sqlite, filter, span)),
    async decide(groupId, decision) {
      session.run((connection) =>
        connection.transaction(() => {
          const [before] = connection.rows(groups.stateQuery(builder, groupId));
          if (before === undefined) throw errors.create('NO_SUCH_FINDING', { id: groupId });
          connection.rows(groups.decideQuery(builder, groupId, decision));
          createGroupMover(connection, builder)(groupId, before.state as FindingState, decision.state);
        }),
      );
      return findGroup(groupId)!;
    },

    async actions(filter, page) {
      return askPage(
        records.actionsQuery(builder, filter, page),
        page,
        (row) => [row.time, row.key],
        rows.actionOf,
      );
    },
    async action(key) {
      return ask(records.actionQuery(builder, key), rows.actionOf)[0];
    },

    async dueOutbox(channel, now, limit) {
      return ask(records.dueOutboxQuery(builder, channel, now, limit), rows.outboxEntryOf);
    },
    async outbox(filter, page) {
      return askPage(
        records.outboxQuery(builder, filter, page),
        page,
        (row) => [row.id, row.id],
        rows.outboxEntryOf,
      );
    },
    async settle(id, outcome) {
      if (change(records.settleQuery(builder, id, outcome)).length === 0) {
        throw errors.create('NO_SUCH_MESSAGE', { id });
      }
    },
    resend: async (ids, due) =>
      ids.length === 0 ? 0 : change(records.resendQuery(builder, ids, due)).length,

    activity: async (filter) => ask(records.activityQuery(builder, filter), rows.activityOf),
    workloads: async () => ask(records.workloadsQuery(builder), ({ workload }) => workload),
    async gaps(page) {
      return askPage(records.gapsQuery(builder, page), page, (row) => [row.from_time, row.id], rows.gapOf);
    },
    position: async (source) => ask(records.positionQuery(builder, source), ({ value }) => value)[0],
    memory: async (prefix) =>
      new Map(ask(records.memoryQuery(builder, prefix), ({ key, value }) => [key, value])),

    async retain(limits) {
      try {
        return await retain((work) => session.run(work), builder, limits);
      } finally {
        session.forget();
      }
    },
    async statistics() {
      const bytes = session.run(fileBytes);
      return ask(records.statisticsQuery(builder), (found) => ({
        schemaVersion: migrations.length,
        bytes,
        groups: Number(found.groups),
        occurrences: Number(found.occurrences),
        waiting: Number(found.waiting),
        dead: Number(found.dead),
        lastOccurrence: Number(found.last_occurrence),
      }))[0];
    },
    check: async () =>
      session.run((connection) => {
        const problems = connection.pragmaTexts('integrity_check(20)');
        return problems.length === 1 && problems[0] === 'ok' ? [] : problems;
      }),
    close: async () => session.close(),
  };
}

function groupOf(row: rows.GroupRow & { readonly workload_json: string | null }): FindingGroup {
  return rows.groupOf(row, rows.workloadOf(row.workload_json!));
}
