import { setImmediate } from 'node:timers/promises';
import type { Compilable, Kysely } from 'kysely';
import type { Schema } from '../schema/tables.ts';
import type { Connection } from '../sqlite/connection.ts';
import { emptyLog, shrinkStep, usedBytes } from '../sqlite/space.ts';
import { BEGINNING, deleteStep, STEP, type Step } from './delete-occurrences.ts';
import { makeRoom } from './make-room.ts';
import * as queries from './queries.ts';

/** Runs a step on the open file: it may have been closed, or replaced, since the last one. */
export type RunStep = <Result>(work: (connection: Connection) => Result) => Result;

export interface RetainLimits {
  readonly olderThan?: bigint;
  readonly maximumBytes?: number;
}

/**
 * Deletes what is too old, then makes room until the rest is small enough, then gives it back to the file system.
 * Each step is a transaction; between steps others get their turn.
 * @param run gives a step the connection.
 * @returns how many occurrences, messages, actions, gaps and activities were deleted.
 */
export async function retain(
  run: RunStep,
  builder: Kysely<Schema>,
  { olderThan, maximumBytes }: RetainLimits,
): Promise<{ readonly deleted: number }> {
  let deleted = 0;
  if (olderThan !== undefined) {
    deleted += await deleteOccurrences(run, builder, olderThan);
    deleted += await deleteRecords(run, builder, olderThan);
    const activity = queries.deleteOldActivityQuery(builder, olderThan);
    deleted += run((connection) => connection.transaction(() => connection.rows(activity))).length;
  }
  if (maximumBytes !== undefined) {
    deleted += await makeRoom(run, builder, () => run(usedBytes) > maximumBytes);
  }
  if (deleted > 0) {
    run((connection) => connection.transaction(() => connection.rows(queries.deleteWorkloadsQuery(builder))));
  }
  while (run(shrinkStep)) await setImmediate();
  run(emptyLog);
  return { deleted };
}

async function deleteOccurrences(run: RunStep, builder: Kysely<Schema>, olderThan: bigint): Promise<number> {
  let deleted = 0;
  let behind: queries.Place | undefined = BEGINNING;
  while (behind !== undefined) {
    const from: queries.Place = behind;
    const { victims, next }: Step = run((connection) =>
      connection.transaction(() => deleteStep(connection, builder, from, { olderThan })),
    );
    deleted += victims.length;
    behind = next === undefined || next.time >= olderThan ? undefined : next;
    await setImmediate();
  }
  return deleted;
}

async function deleteRecords(run: RunStep, builder: Kysely<Schema>, olderThan: bigint): Promise<number> {
  const old: readonly Compilable<unknown>[] = [
    queries.deleteOldMessagesQuery(builder, olderThan, STEP),
    queries.deleteOldActionsQuery(builder, olderThan, STEP),
    queries.deleteOldGapsQuery(builder, olderThan, STEP),
  ];
  let deleted = 0;
  for (;;) {
    const step = run((connection) =>
      connection.transaction(() => old.reduce((sum, query) => sum + connection.rows(query).length, 0)),
    );
    if (step === 0) return deleted;
    deleted += step;
    await setImmediate();
  }
}
