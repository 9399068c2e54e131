import { isSeawallError, sleep } from '@seawall/base';
import type { ContainerRecord } from '../containers/record.ts';
import { RUNTIME_KINDS } from '../runtime/open.ts';
import type { ContainerRuntime } from '../runtime/runtime.ts';
import type { Connection } from './connection.ts';

/** Milliseconds before each further try: whoever starts a container may know of it a moment later than its cgroup. */
const PAUSES = [20, 50, 100, 200];

/** A container's description and who gave it. */
export interface Found {
  readonly record: ContainerRecord;
  readonly runtime: ContainerRuntime;
}

/**
 * Asks all connected runtimes for a container; the answer of the one that knows most counts.
 * @returns `missing` when none knows it, after some tries, or at once where there is none; `unanswered` when one that
 *   was connected is so no more: it tells all its containers when it is back.
 */
export async function lookUpContainer(
  id: string,
  connections: () => readonly Connection[],
  signal: AbortSignal,
): Promise<Found | 'missing' | 'unanswered'> {
  for (const pause of [...PAUSES, 0]) {
    const found = await askOnce(id, connections());
    if (found !== undefined) return found;
    if (signal.aborted || !connections().some(wasConnected)) break;
    if (pause > 0) await sleep(pause, signal);
  }
  return connections().some((one) => wasConnected(one) && !isAskable(one)) ? 'unanswered' : 'missing';
}

async function askOnce(id: string, connections: readonly Connection[]): Promise<Found | undefined> {
  const asked = connections
    .filter(isAskable)
    .sort((one, other) => rankOf(one.runtime) - rankOf(other.runtime));
  // All at once, but heard in order: a runtime that knows less must not win by being faster.
  const answers = asked.map((connection) => inspect(connection, id));
  for (const answer of answers) {
    const found = await answer;
    if (found !== undefined) return found;
  }
  return undefined;
}

async function inspect(connection: Connection, id: string): Promise<Found | undefined> {
  const { runtime } = connection;
  try {
    return { record: await runtime.inspect(id), runtime };
  } catch (error) {
    // What one runtime doesn't know or answers strangely, another may know; only one that is gone is left out.
    const isGone =
      isSeawallError(error, 'kube/RUNTIME_UNREACHABLE') || isSeawallError(error, 'kube/RUNTIME_TIMEOUT');
    if (isGone) connection.noteFailure(error);
    return undefined;
  }
}

function isAskable({ status }: Connection): boolean {
  return status.state === 'connected' || (status.state === 'connecting' && status.version !== undefined);
}

function wasConnected({ status }: Connection): boolean {
  return status.version !== undefined && status.state !== 'absent';
}

/** Lower for runtimes that know more. */
export function rankOf(runtime: ContainerRuntime): number {
  return RUNTIME_KINDS.indexOf(runtime.kind);
}
