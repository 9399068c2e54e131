import { isSeawallError, reasonOf } from '@seawall/base';
import type { PlannedAction } from './decision.ts';
import type { ActionOutcome, ContainerActions, PodActions } from './executors.ts';
import type { ImmediateExecutor } from './immediate.ts';

/** Does what takes a runtime or the API server, on the main thread, after the immediate part. */
export interface FollowUp {
  /**
   * Brings an action to its end. Never rejects: what a runtime refuses is a failed outcome.
   * @param immediate what the hot loop has done of it; undefined where it had no part.
   */
  follow(action: PlannedAction, immediate: ActionOutcome | undefined): Promise<ActionOutcome>;
}

export interface FollowUpOptions {
  /** The runtime that has a container; undefined where none is known to. */
  runtimeOf(containerId: string): Promise<ContainerActions | undefined>;
  /** Undefined where there is no API server. */
  readonly pods: PodActions | undefined;
  /** The last resort where there is no runtime. */
  readonly immediate: ImmediateExecutor;
  /** Nanoseconds since the epoch. */
  now(): bigint;
}

/** What a runtime answers when there is nothing left to do. */
const ALREADY_DONE = ['kube/CONTAINER_NOT_FOUND', 'kube/CONTAINER_NOT_RUNNING', 'kube/CONTAINER_ALREADY_SO'];

export function createFollowUp(options: FollowUpOptions): FollowUp {
  const { runtimeOf, pods, immediate } = options;

  const kill = async (id: string, before: ActionOutcome | undefined): Promise<ActionOutcome> => {
    const runtime = await runtimeOf(id);
    if (runtime === undefined)
      return before ?? failed('no container runtime answers, and no cgroup of it is known');
    const ask = runtime.actions.has('kill') ? runtime.kill(id, 'SIGKILL') : runtime.stop(id, 0);
    const answer = await settle(ask);
    if (before?.result === 'done') return { ...before, detail: joined(before.detail, runtime, answer) };
    return answer.isFine ? done(`killed by ${runtime.kind}`) : failed(`${runtime.kind}: ${answer.reason}`);
  };

  const pause = async (
    id: string,
    action: PlannedAction,
    before: ActionOutcome | undefined,
  ): Promise<ActionOutcome> => {
    const runtime = await runtimeOf(id);
    const canPause = runtime?.actions.has('pause') === true;
    if (before?.result === 'done') {
      // Held by its cgroup already. The runtime is told as well, so that it shows what is so; it may not like to be late.
      if (!canPause) return before;
      return { ...before, detail: joined(before.detail, runtime, await settle(runtime.pause(id))) };
    }
    if (!canPause) return before ?? failed('no container runtime that can pause answers');
    const answer = await settle(runtime.pause(id));
    if (!answer.isFine) return failed(`${runtime.kind}: ${answer.reason}`);
    const until = options.now() + BigInt(action.parameters.forMilliseconds ?? 0) * 1_000_000n;
    const undo = {
      kind: 'unpause',
      containerId: id,
      unified: undefined,
      freezer: undefined,
      until: until.toString(),
    } as const;
    return { result: 'done', detail: `paused by ${runtime.kind}`, undo };
  };

  const stop = async (id: string, action: PlannedAction): Promise<ActionOutcome> => {
    const runtime = await runtimeOf(id);
    if (runtime === undefined) {
      const last = immediate.perform({ ...action, kind: 'kill-container' });
      if (last === undefined) return failed('no container runtime answers, and no cgroup of it is known');
      return { ...last, detail: `${last.detail}, since no container runtime answers that could stop it` };
    }
    const graceSeconds = Math.ceil((action.parameters.graceMilliseconds ?? 0) / 1000);
    const answer = await settle(runtime.stop(id, graceSeconds));
    return answer.isFine ? done(`stopped by ${runtime.kind}`) : failed(`${runtime.kind}: ${answer.reason}`);
  };

  const label = async (
    namespace: string,
    pod: string,
    labels: Readonly<Record<string, string>>,
  ): Promise<ActionOutcome> => {
    if (pods === undefined) return failed('there is no API server to ask');
    const { labels: before } = await pods.get(namespace, pod);
    await pods.label(namespace, pod, labels);
    const names = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const earlier = Object.keys(labels).map((name) => [name, before[name] ?? null]);
    return {
      result: 'done',
      detail: `labelled ${names.join(', ')}`,
      undo: { kind: 'set-labels', namespace, pod, labels: Object.fromEntries(earlier) },
    };
  };

  const isolate = async (namespace: string, pod: string): Promise<ActionOutcome> => {
    if (pods === undefined) return failed('there is no API server to ask');
    const { wasIsolated, stillAllowedBy } = await pods.isolate(namespace, pod);
    // Policies add up: what another one allows stays allowed, and whoever reads the trail has to know.
    const hole =
      stillAllowedBy.length === 0 ? '' : `, but ${stillAllowedBy.join(', ')} still lets something through`;
    // What somebody else began is not ours to end.
    if (wasIsolated) return done(`it was cut off already${hole}`);
    return {
      result: 'done',
      detail: `cut off by a network policy${hole}`,
      undo: { kind: 'release', namespace, pod },
    };
  };

  const follow = async (action: PlannedAction, before: ActionOutcome | undefined): Promise<ActionOutcome> => {
    const { target, kind } = action;
    // What was refused or has failed in the hot loop for reasons of the kernel's, a runtime may still be able to do.
    if (before?.result === 'refused') return before;
    if (target.kind === 'container') {
      if (kind === 'kill-container') return kill(target.id, before);
      if (kind === 'pause-container') return pause(target.id, action, before);
      if (kind === 'stop-container') return stop(target.id, action);
    }
    if (target.kind === 'pod') {
      const { namespace, pod } = target;
      if (kind === 'label-pod') return label(namespace, pod, action.parameters.labels ?? {});
      if (kind === 'isolate-pod') return isolate(namespace, pod);
    }
    return before ?? failed(`nothing here can do ${kind} to a ${target.kind}`);
  };
  return {
    async follow(action, before) {
      try {
        return await follow(action, before);
      } catch (error) {
        return failed(reasonOf(error));
      }
    },
  };
}

type Answer = { readonly isFine: true } | { readonly isFine: false; readonly reason: string };

async function settle(asked: Promise<void>): Promise<Answer> {
  try {
    await asked;
    return { isFine: true };
  } catch (error) {
    if (ALREADY_DONE.some((code) => isSeawallError(error, code))) return { isFine: true };
    return { isFine: false, reason: reasonOf(error) };
  }
}

function joined(detail: string, runtime: ContainerActions, answer: Answer): string {
  return answer.isFine
    ? `${detail}, confirmed by ${runtime.kind}`
    : `${detail}; ${runtime.kind}: ${answer.reason}`;
}

function done(detail: string): ActionOutcome {
  return { result: 'done', detail, undo: undefined };
}

function failed(detail: string): ActionOutcome {
  return { result: 'failed', detail, undo: undefined };
}
