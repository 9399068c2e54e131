import { type Clock, nanosecondsNow, reasonOf, systemClock } from '@seawall/base';
import {
  type ActionOutcome,
  createImmediateExecutor,
  type ImmediateExecutor,
  type ImmediateOptions,
  type OwnIdentity,
} from '@seawall/policies';
import { openProcessActions } from '@seawall/probe';

export interface LazyExecutor extends ImmediateExecutor {
  /** Makes it ready now, so that the first action takes no longer than others. */
  prepare(): void;
}

export interface LazyExecutorOptions extends Pick<ImmediateOptions, 'defer' | 'notePause' | 'onError'> {
  readonly own: OwnIdentity;
  readonly clock?: Clock;
}

/**
 * What does the actions that take the kernel alone. It is made ready with the first of them, since most agents never act;
 * where that fails, each action says why.
 */
export function createLazyExecutor({
  own,
  clock = systemClock,
  ...options
}: LazyExecutorOptions): LazyExecutor {
  let executor: ImmediateExecutor | undefined;

  function open(): ImmediateExecutor {
    executor ??= createImmediateExecutor({
      signals: openProcessActions(),
      ownPids: [own.pid, ...own.ancestors],
      now: () => nanosecondsNow(clock),
      ...options,
    });
    return executor;
  }

  return {
    prepare() {
      try {
        open();
      } catch {
        // Each action that comes will try again, and say why it failed.
      }
    },
    perform(action): ActionOutcome | undefined {
      try {
        return open().perform(action);
      } catch (error) {
        const detail = reasonOf(error);
        return { result: 'failed', detail, undo: undefined };
      }
    },
  };
}
