import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { ACTING_NICE, hasRaisedPriority } from '../raise-priority.ts';

/**
 * Lets the calling thread have its turn first while the ring between kernel and agent fills, and as before when it no
 * longer does: on a busy machine events are lost because their reader waits for a processor, not because it is slow.
 * Where the kernel refuses (without CAP_SYS_NICE) everything stays as it is.
 * @returns to be called by the thread that reads, with whether the ring fills.
 */
export function createTurnTaking(): (isFilling: boolean) => void {
  let before: { readonly thread: number; readonly nice: number } | undefined;
  return (isFilling) => {
    if (isFilling && before === undefined) {
      const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
      const nice = getPriority(thread);
      if (nice > ACTING_NICE && mayBe(thread, ACTING_NICE)) before = { thread, nice };
    } else if (!isFilling && before !== undefined) {
      if (!hasRaisedPriority()) mayBe(before.thread, before.nice);
      before = undefined;
    }
  };
}

function mayBe(thread: number, nice: number): boolean {
  try {
    setPriority(thread, nice);
    return true;
  } catch {
    // The thread goes on as it was: there is no right to more, and nothing depends on it.
    return false;
  }
}
