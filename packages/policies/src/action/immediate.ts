import { reasonOf } from '@seawall/base';
import { freezeCgroup, killCgroup, processesIn } from './cgroups.ts';
import type { ContainerCgroups, PlannedAction } from './decision.ts';
import type { ActionOutcome, ProcessSignals, UndoData } from './executors.ts';

const SIGKILL = 9;

/** Does what belongs into the hot loop: returns within microseconds, waits for nobody. */
export interface ImmediateExecutor {
  /**
   * Does an action as far as the kernel alone can do it. Never throws: what the kernel refuses is a failed outcome.
   * @returns undefined where only a runtime or the API server can do it.
   */
  perform(action: PlannedAction): ActionOutcome | undefined;
}

export interface ImmediateOptions {
  readonly signals: ProcessSignals;
  /** Pids that a cgroup that is killed or frozen must not hold: Seawall's own. */
  readonly ownPids: readonly number[];
  /** Nanoseconds since the epoch. */
  now(): bigint;
  /**
   * Takes what follows by itself behind an outcome that was `done`, and need not be over before other things are done. At once
   * unless told.
   */
  defer?(work: () => void): void;
  /**
   * Writes down that a pause is about to begin, where that outlasts this process; never throws.
   * @returns takes that back: it did not begin.
   */
  notePause?(action: PlannedAction, undo: UndoData): () => void;
  /** Something of what was deferred could not be done: in a sentence. */
  onError(message: string): void;
}

export function createImmediateExecutor({
  signals,
  ownPids,
  now,
  defer = (work) => work(),
  notePause = () => () => undefined,
  onError,
}: ImmediateOptions): ImmediateExecutor {
  const perform = (action: PlannedAction): ActionOutcome | undefined => {
    const { target, kind } = action;
    if (kind === 'kill-process' && target.kind === 'process') {
      const { pid, name, seenAt } = target.process;
      const isSent = signals.signal(pid, SIGKILL, seenAt) === 'sent';
      return done(isSent ? `SIGKILL sent to pid ${pid} (${name})` : `pid ${pid} (${name}) had ended before`);
    }
    if (target.kind !== 'container' || (kind !== 'kill-container' && kind !== 'pause-container'))
      return undefined;
    const { id } = target;
    const cgroups = checkedCgroups(id, target.cgroups);
    const { processes, danger } = lookInto(cgroups, ownPids);
    if (danger !== undefined) return { result: 'refused', detail: danger, undo: undefined };
    if (kind === 'kill-container') {
      const way = killCgroup({
        ...{ cgroups, processes, signals, defer, now: now() },
        onError: ({ message }) => onError(`killing the container ${id} was not seen through: ${message}`),
      });
      return way === undefined ? undefined : done(`killed by ${way}`);
    }
    return pause(action, id, cgroups);
  };
  const pause = (
    action: PlannedAction,
    containerId: string,
    cgroups: ContainerCgroups,
  ): ActionOutcome | undefined => {
    const { forMilliseconds = 0 } = action.parameters;
    const until = (now() + BigInt(forMilliseconds) * 1_000_000n).toString();
    const { unified, freezer } = cgroups;
    if (unified === undefined && freezer === undefined) return undefined;
    const undo = { kind: 'unpause', containerId, unified, freezer, until } as const;
    const takeBack = notePause(action, undo);
    let way: string | undefined;
    try {
      way = freezeCgroup(cgroups);
    } finally {
      if (way === undefined) takeBack();
    }
    return way === undefined ? undefined : { result: 'done', detail: `paused by ${way}`, undo };
  };
  return {
    perform(action) {
      try {
        return perform(action);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // A cgroup that is gone took its processes with it.
        if (code === 'ENOENT' || code === 'ENODEV') return done('it had ended before');
        const detail = reasonOf(error);
        return { result: 'failed', detail, undo: undefined };
      }
    },
  };
}

function done(detail: string): ActionOutcome {
  return { result: 'done', detail, undo: undefined };
}

/** Only folders that are named after the container: whatever else was found out about cgroups, it is not this container's. */
function checkedCgroups(id: string, { unified, freezer }: ContainerCgroups): ContainerCgroups {
  const isOwn = (path: string | undefined): boolean => path !== undefined && id !== '' && path.includes(id);
  return { unified: isOwn(unified) ? unified : undefined, freezer: isOwn(freezer) ? freezer : undefined };
}

/** The last look before a whole cgroup is acted on: who is really in it, and who must not be. */
function lookInto(
  { unified, freezer }: ContainerCgroups,
  ownPids: readonly number[],
): { readonly processes: readonly number[]; readonly danger: string | undefined } {
  const processes = new Set<number>();
  for (const folder of [unified, freezer]) {
    if (folder === undefined) continue;
    for (const pid of processesIn(folder)) {
      if (pid === 1 || ownPids.includes(pid)) {
        const danger = `pid ${pid}, which is never touched, is in ${folder}`;
        return { processes: [], danger };
      }
      processes.add(pid);
    }
  }
  return { processes: [...processes], danger: undefined };
}
