import { CLONE_STALE_NANOSECONDS } from './flags.ts';

/** A power of two. Ids are given out in order: that many threads start before two of them share a place. */
const KEPT = 8192;
/** No thread's id. */
const NOBODY = Number.NaN;

/** The last exits, so that a parent's late clone event doesn't bring a child back that is already gone. */
export interface RecentExits {
  /** @param time nanoseconds since the epoch. */
  record(tid: number, parentTid: number, time: bigint): void;
  /** Whether that child of that parent exited within the two seconds before `time`. */
  has(tid: number, parentTid: number, time: bigint): boolean;
}

export function createRecentExits(): RecentExits {
  const tids = new Float64Array(KEPT).fill(NOBODY);
  const parentTids = new Float64Array(KEPT);
  const times: bigint[] = new Array(KEPT).fill(0n);
  return {
    record(tid, parentTid, time) {
      const place = tid & (KEPT - 1);
      tids[place] = tid;
      parentTids[place] = parentTid;
      times[place] = time;
    },
    has(tid, parentTid, time) {
      const place = tid & (KEPT - 1);
      if (tids[place] !== tid || parentTids[place] !== parentTid) return false;
      const exitTime = times[place];
      return time >= exitTime && time - exitTime < CLONE_STALE_NANOSECONDS;
    },
  };
}
