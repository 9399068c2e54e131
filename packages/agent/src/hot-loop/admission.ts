import type { Priority } from '@seawall/rules';
import { ACTED_ON, NO_PRIORITIES, type PriorityCounts, priorityIndex, RANKS } from '../ledger/rank.ts';

/**
 * Which findings the hot loop lets through while the store takes none. The ledger has them in its hands by then and makes
 * room, lowest rank first; here is only counted what it has, so that what it would leave out at once is not sent to it.
 */
export interface Admission {
  /** Whether there is room for a finding, or will be when lower ones have given way; one that has none is counted. */
  admit(rank: number, priority: Priority): boolean;
  /** So many of each rank are no longer in the ledger's hands. */
  release(counts: readonly number[]): void;
  /** Findings on their way to the store. */
  outstanding(): number;
  /** What was left out. */
  shed(): PriorityCounts;
}

/** @param limit how many the ledger keeps, those under way into the store too; infinite where nothing is left out. */
export function createAdmission(limit: number): Admission {
  const byRank = new Float64Array(RANKS);
  const shed = Float64Array.from(NO_PRIORITIES);
  let outstanding = 0;

  function countBelow(rank: number): number {
    let count = 0;
    for (let lower = 0; lower < rank; lower += 1) count += byRank[lower];
    return count;
  }

  return {
    admit(rank, priority) {
      // Those beyond the limit give way first; if what is left then has something lower, that makes room.
      const excess = outstanding - limit;
      if (excess >= 0 && rank < ACTED_ON && countBelow(rank) <= excess) {
        shed[priorityIndex(priority)] += 1;
        return false;
      }
      byRank[rank] += 1;
      outstanding += 1;
      return true;
    },
    release(counts) {
      for (const [rank, count] of counts.entries()) {
        byRank[rank] -= count;
        outstanding -= count;
      }
    },
    outstanding: () => outstanding,
    shed: () => [...shed],
  };
}
