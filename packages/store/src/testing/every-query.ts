import type { Compilable } from 'kysely';
import { findingQueries } from '../commit/finding-statements.ts';
import { recordQueries } from '../commit/record-statements.ts';
import { stateSliceQueries } from '../commit/state-slices.ts';
import type { Dialect } from '../dialect.ts';
import * as groups from '../query/groups.ts';
import * as occurrences from '../query/occurrences.ts';
import * as records from '../query/records.ts';
import * as timeline from '../query/timeline.ts';
import * as retention from '../retain/queries.ts';
import { seriesLevels } from '../slices.ts';
import type { GroupFilter } from '../store.ts';
import { START } from './samples.ts';

/** The modules that hold queries: each of their functions named `...Query` or `...Queries` must be in {@link everyQuery}. */
export const queryModules = { groups, occurrences, records, timeline, retention };

/** Everything that can be asked for at once. */
export const fullFilter: GroupFilter = {
  states: ['open', 'acknowledged'],
  severities: ['high', 'info'],
  policies: ['policy a'],
  rules: ['rule a', 'rule b'],
  namespaces: ['kube-system'],
  pods: ['etcd-control-1'],
  containers: ['etcd', 'f1600721a783'],
  images: ['registry.example:5000/google_containers/etcd'],
  nodes: ['control-1'],
  from: START - 1n,
  to: START + 10n ** 12n,
  text: '/etc/shadow etcd',
};

/** Every query of the package in its variants, by a name that begins with its function's. */
export function* everyQuery(dialect: Dialect): Generator<readonly [string, Compilable<unknown>]> {
  const { builder } = dialect;
  const page = { limit: 50 };
  const next = { limit: 50, after: `${START}_7` };
  const empty: GroupFilter = { states: [], namespaces: [] };

  yield* Object.entries(findingQueries(builder));
  yield* Object.entries(recordQueries(builder));
  yield* Object.entries(stateSliceQueries(builder));

  for (const [name, filter] of Object.entries({ fullFilter, empty, none: {} })) {
    for (const plan of ['by hits', 'by rows'] as const) {
      yield [`groupsQuery ${name} ${plan}`, groups.groupsQuery(dialect, filter, next, plan)];
    }
    for (const plan of ['by time', 'by series', 'by hits'] as const) {
      yield [`feedQuery ${name} ${plan}`, occurrences.feedQuery(dialect, filter, next, plan)];
      yield [`feedQuery ${name} ${plan}, first page`, occurrences.feedQuery(dialect, filter, page, plan)];
      yield [
        `countOccurrencesQuery ${name} ${plan}`,
        timeline.countOccurrencesQuery(dialect, filter, timeline.fineGrid(START, START + 1000n, 7), plan),
      ];
    }
    yield [`newerQuery ${name}`, occurrences.newerQuery(dialect, filter, 7, 50)];
    const coarse = timeline.coarseGrid(START, START + 10n ** 16n, 100, seriesLevels)!;
    const onlySeverity = { severities: ['high'] } as const;
    yield [`sumSlicesQuery severity ${name}`, timeline.sumSlicesQuery(dialect, onlySeverity, coarse, 1n, 2n)];
    const ofState = { states: ['open'], severities: ['high'] } as const;
    yield [`sumSlicesQuery state ${name}`, timeline.sumSlicesQuery(dialect, ofState, coarse, 1n, 2n)];
    yield [`sumSlicesQuery ${name}`, timeline.sumSlicesQuery(dialect, filter, coarse, 1n, 2n)];
  }
  yield ['groupQuery', groups.groupQuery(builder, 7)];
  yield ['countHitsQuery', groups.countHitsQuery(dialect, 'shadow', 50)];
  yield ['countHitsQuery without words', groups.countHitsQuery(dialect, '//', 50)];
  yield ['countOccurrenceHitsQuery', groups.countOccurrenceHitsQuery(dialect, 'shadow', 50)];
  yield ['stateQuery', groups.stateQuery(builder, 7)];
  yield [
    'decideQuery',
    groups.decideQuery(builder, 7, { state: 'resolved', actor: 'user x', time: START, comment: 'fixed' }),
  ];
  yield ['outputsQuery', groups.outputsQuery(builder, 7, next)];
  yield ['groupOccurrencesQuery', occurrences.groupOccurrencesQuery(builder, 7, next)];
  yield ['countSeriesQuery', occurrences.countSeriesQuery(builder, fullFilter)!];
  yield ['groupsOfSeriesQuery', occurrences.groupsOfSeriesQuery(builder, fullFilter, 400)!];
  yield ['groupsByTextQuery', occurrences.groupsByTextQuery(dialect, [7n, 8n], 'etc shadow')];
  yield ['groupsWithTextQuery', occurrences.groupsWithTextQuery(dialect, [7n, 8n], 'etc shadow', 50)];
  yield ['countSpanQuery', timeline.countSpanQuery(dialect, START, START + 5n, 50)];

  for (const undoable of [true, false]) {
    yield [
      `actionsQuery ${undoable}`,
      records.actionsQuery(builder, { occurrence: 'k', groupId: 7, undoable }, next),
    ];
  }
  yield ['actionQuery', records.actionQuery(builder, 'k')];
  yield ['dueOutboxQuery', records.dueOutboxQuery(builder, 'slack', START, 50)];
  yield ['outboxQuery', records.outboxQuery(builder, { channel: 'slack', states: ['dead'] }, next)];
  yield ['settleQuery delivered', records.settleQuery(builder, 7, { kind: 'delivered', time: START })];
  yield [
    'settleQuery retry',
    records.settleQuery(builder, 7, { kind: 'retry', due: START, error: 'status 500' }),
  ];
  yield ['settleQuery dead', records.settleQuery(builder, 7, { kind: 'dead', error: 'status 500' })];
  yield ['resendQuery', records.resendQuery(builder, [7, 8], START)];
  yield ['activityQuery', records.activityQuery(builder, { workload: 'w', kinds: ['program'] })];
  yield ['workloadsQuery', records.workloadsQuery(builder)];
  yield ['gapsQuery', records.gapsQuery(builder, next)];
  yield ['positionQuery', records.positionQuery(builder, 'capture')];
  yield ['memoryQuery', records.memoryQuery(builder, 'throttle/')];
  yield ['statisticsQuery', records.statisticsQuery(builder)];

  const ids = [7n, 8n];
  const place = { time: START, id: 7n };
  yield ['victimsQuery by age', retention.victimsQuery(builder, place, { olderThan: START }, 200, 2000)];
  yield ['victimsQuery by severity', retention.victimsQuery(builder, place, { severity: 2 }, 200, 2000)];
  yield ['placeAheadQuery', retention.placeAheadQuery(builder, place, 2000)];
  yield ['countBySeverityQuery', retention.countBySeverityQuery(builder)];
  yield ['deleteOccurrencesQuery', retention.deleteOccurrencesQuery(builder, ids)];
  yield ['deleteEmptyQuery output', retention.deleteEmptyQuery(builder, 'output', ids)];
  yield ['deleteEmptyQuery series', retention.deleteEmptyQuery(builder, 'series', ids)];
  yield ['deleteEmptySeriesSlicesQuery', retention.deleteEmptySeriesSlicesQuery(builder, ids, 50)];
  yield* Object.entries(retention.lessenQueries(builder)).map(
    ([name, query]) => [`lessenQueries ${name}`, query] as const,
  );
  yield ['deleteEmptyGroupsQuery', retention.deleteEmptyGroupsQuery(builder, ids)];
  yield ['deleteWorkloadsQuery', retention.deleteWorkloadsQuery(builder)];
  yield ['deleteOldActivityQuery', retention.deleteOldActivityQuery(builder, START)];
  yield ['deleteOldMessagesQuery', retention.deleteOldMessagesQuery(builder, START, 200)];
  yield ['deleteOldMessagesQuery severity', retention.deleteOldMessagesQuery(builder, START, 200, 2)];
  yield ['deleteOldActionsQuery', retention.deleteOldActionsQuery(builder, START, 200)];
  yield ['deleteActionsQuery', retention.deleteActionsQuery(builder, ['k'])];
  yield ['deleteOldGapsQuery', retention.deleteOldGapsQuery(builder, START, 200)];
}
