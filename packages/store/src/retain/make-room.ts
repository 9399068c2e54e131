import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema/tables.ts';
import type { Connection } from '../sqlite/connection.ts';
import { BEGINNING, deleteStep, STEP } from './delete-occurrences.ts';
import type { Place } from './queries.ts';
import * as queries from './queries.ts';
import type { RunStep } from './retain.ts';

/** The occurrences of one severity. */
interface Holding {
  /** Rank: 0 is the worst. */
  readonly severity: number;
  count: number;
  /** Up to where the oldest were deleted. */
  behind: Place;
  /** What is left of it stays: the last one of each open group. */
  isOver: boolean;
}

/**
 * Deletes occurrences until there is room. The severity that has most of it gives way, the oldest first, where one of a
 * severity takes as much room as two of the next worse: so a flood of what is not urgent takes it from nothing that is, a flood
 * of what is urgent takes not all of it, and room that some severity does not use is there for the others. Actions go with
 * their occurrence, messages with what is as bad and as old, gaps when everything of their time has gone.
 * @returns how many rows were deleted.
 */
export async function makeRoom(
  run: RunStep,
  builder: Kysely<Schema>,
  isWanted: () => boolean,
): Promise<number> {
  if (!isWanted()) return 0;
  let deleted = 0;
  let cleared = BEGINNING.time;
  const holdings = run((connection) => connection.rows(queries.countBySeverityQuery(builder))).map(
    ({ severity, count }): Holding => ({
      ...{ severity: Number(severity), count: Number(count) },
      ...{ behind: BEGINNING, isOver: false },
    }),
  );
  while (isWanted()) {
    const holding = biggestOf(holdings);
    if (holding === undefined) break;
    const inStep = (work: (connection: Connection) => number): void => {
      deleted += run((connection) => connection.transaction(() => work(connection)));
    };
    inStep((connection) => deleteOldest(connection, builder, holding));
    const earliest = earliestOf(holdings);
    if (earliest !== undefined && earliest > cleared) {
      cleared = earliest;
      inStep((connection) => deleteCleared(connection, builder, cleared));
    }
    await setImmediate();
  }
  return deleted;
}

function biggestOf(holdings: readonly Holding[]): Holding | undefined {
  const shareOf = ({ severity, count }: Holding): number => count * 2 ** severity;
  return holdings
    .filter(({ isOver }) => !isOver)
    .toSorted((left, right) => shareOf(right) - shareOf(left) || right.severity - left.severity)[0];
}

/** Up to when the oldest of every severity were deleted. */
function earliestOf(holdings: readonly Holding[]): bigint | undefined {
  let earliest: bigint | undefined;
  for (const { behind, isOver } of holdings) {
    if (!isOver && (earliest === undefined || behind.time < earliest)) earliest = behind.time;
  }
  return earliest;
}

/** Deletes some of a severity's oldest occurrences with what belongs to them; runs inside a transaction. */
function deleteOldest(connection: Connection, builder: Kysely<Schema>, holding: Holding): number {
  const { severity, behind } = holding;
  const { victims, next } = deleteStep(connection, builder, behind, { severity });
  holding.count -= victims.length;
  holding.isOver = next === undefined;
  if (next !== undefined) holding.behind = next;
  const keys = victims.map(({ key }) => key);
  const { time } = holding.behind;
  return (
    victims.length +
    connection.rows(queries.deleteActionsQuery(builder, keys)).length +
    connection.rows(queries.deleteOldMessagesQuery(builder, time, STEP, severity)).length
  );
}

/** Deletes what belongs to a time of which no occurrence is left; runs inside a transaction. */
function deleteCleared(connection: Connection, builder: Kysely<Schema>, olderThan: bigint): number {
  return (
    connection.rows(queries.deleteOldActionsQuery(builder, olderThan, STEP)).length +
    connection.rows(queries.deleteOldGapsQuery(builder, olderThan, STEP)).length
  );
}
