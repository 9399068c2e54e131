import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds that rows wait for what is to come about. */
const LONGEST_WAIT = 30_000;
const POLL = 20;

/** Waits until something holds. @returns whether it came to hold in half a minute. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = performance.now() + LONGEST_WAIT;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await wait(POLL);
  }
  return true;
}
