import { isSeawallError, sleep } from '@seawall/base';
import { type ContainerRecord, isOfKubernetes } from '../containers/record.ts';
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
 * @param onEarly is told what others answer sooner.
 * @returns `missing` when none knows it, after some tries, or at once where there is none; `unanswered` when one that
 *   was connected is so no more: it tells all its containers when it is back.
 */
export async function lookUpContainer(
  id: string,
  connections: () => readonly Connection[],
  signal: AbortSignal,
  onEarly?: (found: Found) => void,
): Promise<Found | 'missing' | 'unanswered'> {
  let lesser: Found | undefined;
  for (const pause of [...PAUSES, 0]) {
    const found = await askOnce(id, connections(), lesser === undefined ? onEarly : undefined);
    if (found !== undefined && !isToBeKnownBetter(found, connections())) return found;
    lesser = found ?? lesser;
    if (signal.aborted || !connections().some(wasConnected)) break;
    if (pause > 0) await sleep(pause, signal);
  }
  if (lesser !== undefined) return lesser;
  return connections().some((one) => wasConnected(one) && !isAskable(one)) ? 'unanswered' : 'missing';
}

/** CRI knows a pod's container a moment later than what is below it does, and then with its pod's labels. */
function isToBeKnownBetter({ record, runtime }: Found, connections: readonly Connection[]): boolean {
  if (runtime.kind === 'cri' || record.isPodSandbox || !isOfKubernetes(record)) return false;
  return connections.some((one) => one.runtime.kind === 'cri' && isAskable(one));
}

async function askOnce(
  id: string,
  connections: readonly Connection[],
  onEarly: ((found: Found) => void) | undefined,
): Promise<Found | undefined> {
  const asked = connections
    .filter(isAskable)
    .sort((one, other) => rankOf(one.runtime) - rankOf(other.runtime));
  // All at once, but heard in order: a runtime that knows less must not win by being faster.
  const answers = asked.map((connection) => inspect(connection, id));
  let isSettled = false;
  if (onEarly !== undefined) {
    for (const answer of answers.slice(1)) {
      void answer.then((found) => {
        if (found !== undefined && !isSettled) onEarly(found);
      });
    }
  }
  for (const answer of answers) {
    const found = await answer;
    if (found === undefined) continue;
    isSettled = true;
    return found;
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
