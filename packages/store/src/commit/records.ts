import { type Clock, nanosecondsNow } from '@seawall/base';
import type { Kysely } from 'kysely';
import { toJson } from '../json.ts';
import type { Schema } from '../schema/tables.ts';
import { severityRank } from '../severity.ts';
import type { Connection } from '../sqlite/connection.ts';
import type { PreparedStatement } from '../sqlite/prepared-statement.ts';
import type { StoreBatch } from '../store.ts';
import { type Activity, OTHER_ACTIVITY } from '../types/activity.ts';
import { recordQueries } from './record-statements.ts';

/** Writes what a batch holds besides occurrences. Runs inside a transaction. */
export type RecordWriter = (batch: Partial<Omit<StoreBatch, 'occurrences'>>) => void;

/** @param activityLimit how many values are kept for each workload and kind; what is more counts as "other". */
export function createRecordWriter(
  connection: Connection,
  builder: Kysely<Schema>,
  { clock, activityLimit }: { readonly clock: Clock; readonly activityLimit: number },
): RecordWriter {
  const queries = recordQueries(builder);
  const addMessage = connection.prepare(queries.addMessage);
  const putAction = connection.prepare(queries.putAction);
  const joinEarlyActions = connection.prepare(queries.joinEarlyActions);
  const addToActivity = connection.prepare(queries.addToActivity);
  const countActivity = connection.prepare(queries.countActivity) as PreparedStatement<{ count: bigint }>;
  const insertActivity = connection.prepare(queries.insertActivity);
  const addGap = connection.prepare(queries.addGap);
  const putPosition = connection.prepare(queries.putPosition);
  const putMemory = connection.prepare(queries.putMemory);
  const dropMemory = connection.prepare(queries.dropMemory);

  function addActivity(activity: Activity): void {
    if (addToActivity.run({ ...activity }).changes > 0) return;
    const isFull = Number(countActivity.get({ ...activity })!.count) >= activityLimit;
    if (!isFull || activity.value === OTHER_ACTIVITY) insertActivity.run({ ...activity });
    else addActivity({ ...activity, value: OTHER_ACTIVITY });
  }

  return ({ outbox = [], actions = [], activity = [], gaps = [], positions, memory }) => {
    const created = nanosecondsNow(clock);
    for (const { payload, severity, ...message } of outbox) {
      addMessage.run({ ...message, severity: severityRank(severity), payload: toJson(payload), created });
    }
    for (const { undo, latencyMilliseconds, ...action } of actions) {
      putAction.run({
        ...action,
        latency: latencyMilliseconds,
        undo: undo === undefined ? undefined : toJson(undo),
      });
    }
    joinEarlyActions.run({});
    activity.forEach(addActivity);
    for (const gap of gaps) addGap.run({ ...gap });
    for (const [source, value] of positions ?? []) putPosition.run({ source, value });
    for (const [key, value] of memory ?? []) {
      if (value === undefined) dropMemory.run({ key });
      else putMemory.run({ key, value });
    }
  };
}
