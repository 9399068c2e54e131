import type { Violation } from '@seawall/probe';
import type { Guarded } from './guard-keeper.ts';

/** What somebody tried, with the guard that it broke as that was then. */
export interface Denied {
  readonly violation: Violation;
  readonly guarded: Guarded;
}

/**
 * Keeps denials back until their container is described: a pod's is guarded before its runtime has told all about it, and
 * its first program may be denied in that moment. A finding is told once; without image and labels it says too little.
 */
export interface HeldDenials {
  /** @param time in milliseconds, of a clock that never goes back. */
  add(denied: Denied, time: number): void;
  /** Those that wait for nothing any more, in the order they came. */
  take(time: number): readonly Denied[];
  takeAll(): readonly Denied[];
}

/** Milliseconds: more than twice what asking a runtime for a container may take. */
const LONGEST = 1000;
/** With more than that the oldest no longer wait. */
const MOST = 1024;

export function createHeldDenials(): HeldDenials {
  let held: { readonly denied: Denied; readonly until: number }[] = [];

  return {
    add(denied, time) {
      held.push({ denied, until: time + LONGEST });
    },
    take(time) {
      const told: Denied[] = [];
      const surplus = held.length - MOST;
      held = held.filter(({ denied, until }, index) => {
        const isWaiting = index >= surplus && time < until && !denied.guarded.container.isComplete;
        if (!isWaiting) told.push(denied);
        return isWaiting;
      });
      return told;
    },
    takeAll() {
      const told = held.map(({ denied }) => denied);
      held = [];
      return told;
    },
  };
}
