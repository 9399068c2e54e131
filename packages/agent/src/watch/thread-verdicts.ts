import type { EventContext, Inspector } from '@seawall/inspector';
import type { Dependency } from '@seawall/rules';
import type { Matcher } from '../replay/matcher.ts';

/** What rules say of a thread by itself, asked between two batches. */
export interface ThreadVerdicts {
  /** The process that the thread belongs to; undefined where too little is known of it. */
  pidOf(tid: number): number | undefined;
  /**
   * Of which of these event types (a bit each) no rule can match an event of the thread, until its process changes or
   * something becomes known that is no event of the kernel.
   */
  ruledOut(tid: number, types: readonly number[]): number;
}

/**
 * What makes a verdict last. Ancestors change by what others do, and names of users become known by it; what a container
 * is may be told at any time, but for those that are described already.
 */
const OF_PROCESS: ReadonlySet<Dependency> = new Set(['constant', 'process']);
export const OF_DESCRIBED_PROCESS: ReadonlySet<Dependency> = new Set(['constant', 'process', 'container']);

/** @param matcher gives the rules that are at work. */
export function createThreadVerdicts(
  { context, showThread }: Inspector,
  matcher: () => Matcher<EventContext>,
): ThreadVerdicts {
  return {
    pidOf: (tid) => (showThread(tid) ? context.process?.pid : undefined),
    ruledOut(tid, types) {
      if (!showThread(tid)) return 0;
      const { isRuledOut } = matcher();
      const grounds = context.container === undefined ? OF_PROCESS : OF_DESCRIBED_PROCESS;
      let bits = 0;
      for (const [slot, type] of types.entries()) if (isRuledOut(context, type, grounds)) bits |= 1 << slot;
      return bits;
    },
  };
}
