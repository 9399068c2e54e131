import { lacksIdentity } from './create.ts';
import type { Process } from './process.ts';

let version = 0;

/**
 * Changes whenever a thread that has children changes: what was decided by looking at a thread's ancestors may no
 * longer hold. One number for all tables of this JavaScript thread: it may change too often, never too seldom.
 */
export function ancestryVersion(): number {
  return version;
}

/** To be called when the rules change: nothing that was decided holds any more. */
export function markRulesChanged(): void {
  version += 1;
}

/**
 * Moves a thread's generation on, after something that a rule can see of it changed. Everything that was decided
 * about the thread before must be decided anew. Descriptors and what changes by itself (counters, memory sizes,
 * durations) are not part of it: they depend on the event.
 * Every change of a `Process` goes through here: `process/table.ts` for its place in the tree, `apply/` for the rest.
 */
export function markChanged(process: Process): void {
  process.generation += 1;
  const { children } = process.bookkeeping;
  if (children !== undefined && children.size > 0) version += 1;
  process.isInvalid = lacksIdentity(process);
}
