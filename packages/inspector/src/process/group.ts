import { isLeader } from './create.ts';
import type { Process, ThreadGroup } from './process.ts';

/** How many dead threads a group may list before the list is swept. */
const DEAD_THREADS_BEFORE_SWEEP = 11;

/** A group with one thread, alive. */
export function createGroup(first: Process): ThreadGroup {
  return {
    pid: first.pid,
    aliveCount: 1,
    // An init process adopts the orphans of its pid namespace.
    isReaper: first.pid === 1 || first.vpid === 1,
    threads: [first],
  };
}

/** Adds a living thread; a leader goes to the front. */
export function joinGroup(group: ThreadGroup, process: Process): void {
  if (isLeader(process)) group.threads.unshift(process);
  else group.threads.push(process);
  group.aliveCount += 1;
}

/** Counts one living thread less. */
export function countDeath(group: ThreadGroup): void {
  group.aliveCount -= 1;
  if (group.threads.length - group.aliveCount < DEAD_THREADS_BEFORE_SWEEP) return;
  let kept = 0;
  for (const thread of group.threads) if (thread.bookkeeping.isInTable) group.threads[kept++] = thread;
  group.threads.length = kept;
}

/** The thread that leads the given one's group; undefined where the tables don't have it. */
export function leaderOf(process: Process): Process | undefined {
  if (isLeader(process)) return process;
  const first = process.bookkeeping.group?.threads[0];
  if (first === undefined || !first.bookkeeping.isInTable || !isLeader(first)) return undefined;
  return first;
}

/** A living thread of the group other than the given one. */
export function livingThread(group: ThreadGroup, except: Process | undefined): Process | undefined {
  for (const thread of group.threads) {
    if (thread.bookkeeping.isInTable && !thread.isDead && thread !== except) return thread;
  }
  return undefined;
}
