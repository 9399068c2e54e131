import { CLONE_STALE_NANOSECONDS } from './flags.ts';

const KEPT = 8192;

/** The last exits, so that a parent's late clone event doesn't bring a child back that is already gone. */
export interface RecentExits {
  /** @param time nanoseconds since the epoch. */
  record(tid: number, parentTid: number, time: bigint): void;
  /** Whether that child of that parent exited within the two seconds before `time`. */
  has(tid: number, parentTid: number, time: bigint): boolean;
}

export function createRecentExits(): RecentExits {
  const exits = new Map<number, { parentTid: number; time: bigint }>();
  return {
    record(tid, parentTid, time) {
      exits.delete(tid);
      if (exits.size >= KEPT)
        for (const oldest of exits.keys()) {
          exits.delete(oldest);
          break;
        }
      exits.set(tid, { parentTid, time });
    },
    has(tid, parentTid, time) {
      const exit = exits.get(tid);
      if (exit === undefined || exit.parentTid !== parentTid) return false;
      return time >= exit.time && time - exit.time < CLONE_STALE_NANOSECONDS;
    },
  };
}
