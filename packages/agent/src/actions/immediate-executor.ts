import { type Clock, systemClock } from '@seawall/base';
import {
  type ActionOutcome,
  createImmediateExecutor,
  type ImmediateExecutor,
  type OwnIdentity,
} from '@seawall/policies';
import { openProcessActions } from '@seawall/probe';

/**
 * What does the actions that take the kernel alone. It is made ready with the first of them, since most agents never act;
 * where that fails, each action says why.
 */
export function createLazyExecutor(own: OwnIdentity, clock: Clock = systemClock): ImmediateExecutor {
  let executor: ImmediateExecutor | undefined;
  return {
    perform(action): ActionOutcome | undefined {
      try {
        executor ??= createImmediateExecutor({
          signals: openProcessActions(),
          ownPids: [own.pid, ...own.ancestors],
          now: () => BigInt(Math.round(clock.now() * 1000)) * 1000n,
        });
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        return { result: 'failed', detail, undo: undefined };
      }
      return executor.perform(action);
    },
  };
}
