import { isSeawallError, reasonOf } from '@seawall/base';
import type { ActionRecord } from '@seawall/store';
import { errors } from '../errors.ts';
import { thawCgroup } from './cgroups.ts';
import type { ContainerActions, PodActions, UndoData } from './executors.ts';

export interface UndoOptions {
  /** The runtime that has a container; undefined where none is known to. */
  runtimeOf(containerId: string): Promise<ContainerActions | undefined>;
  readonly pods: PodActions | undefined;
  /** Nanoseconds since the epoch. */
  now(): bigint;
  /** `policy NAME`, `user NAME`, or `seawall` when the time of a pause is over. */
  readonly actor: string;
}

/**
 * Undoes an action: lets a paused container go on, gives a pod its labels back.
 * @returns the record as the audit trail is to have it from now on.
 * @throws policies/NOTHING_TO_UNDO, policies/UNDONE_ALREADY, policies/UNDO_FAILED
 */
export async function undoAction(record: ActionRecord, options: UndoOptions): Promise<ActionRecord> {
  const { key, kind } = record;
  if (record.undone !== undefined) throw errors.create('UNDONE_ALREADY', { key });
  const undo = record.undo as UndoData | undefined | null;
  if (record.result !== 'done' || undo == null) {
    throw errors.create('NOTHING_TO_UNDO', { key, kind, result: record.result });
  }
  let said: string;
  try {
    said = undo.kind === 'unpause' ? await unpause(undo, options) : await restorePod(undo, options);
  } catch (error) {
    const reason = reasonOf(error);
    throw errors.create('UNDO_FAILED', { key, kind, reason }, error);
  }
  return {
    ...record,
    undone: options.now(),
    detail: `${record.detail}; undone by ${options.actor}: ${said}`,
  };
}

async function unpause(undo: UndoData & { kind: 'unpause' }, options: UndoOptions): Promise<string> {
  const { containerId } = undo;
  const runtime = await options.runtimeOf(containerId);
  let isUnpaused = false;
  if (runtime?.actions.has('unpause') === true) {
    try {
      await runtime.unpause(containerId);
      isUnpaused = true;
    } catch (error) {
      if (isSeawallError(error, 'kube/CONTAINER_NOT_FOUND')) return 'the container is gone';
      // Somebody else was faster.
      if (isSeawallError(error, 'kube/CONTAINER_ALREADY_SO')) isUnpaused = true;
      // A runtime that was never told of the pause has nothing to undo: the cgroup has.
      else if (undo.unified === undefined && undo.freezer === undefined) {
        if (isSeawallError(error, 'kube/CONTAINER_NOT_RUNNING')) return 'the container has ended';
        throw error;
      }
    }
  }
  if (thawCgroup(undo) || isUnpaused) return 'the container goes on';
  if (undo.unified === undefined && undo.freezer === undefined) {
    throw new Error(`no container runtime answers that has the container ${containerId}`);
  }
  return 'the container is gone';
}

async function restorePod(
  undo: Exclude<UndoData, { kind: 'unpause' }>,
  { pods }: UndoOptions,
): Promise<string> {
  if (pods === undefined) throw new Error('there is no API server to ask');
  const { namespace, pod } = undo;
  try {
    if (undo.kind === 'release') {
      return (await pods.release(namespace, pod))
        ? 'it is let back to the network'
        : 'it was let back already';
    }
    await pods.label(namespace, pod, undo.labels);
    return 'the labels are as they were';
  } catch (error) {
    if (isSeawallError(error, 'kube/API_OBJECT_NOT_FOUND')) return 'the pod is gone';
    throw error;
  }
}
