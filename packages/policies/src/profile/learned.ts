import type { BehaviourKey } from './behaviours.ts';

/** What speaks for an entry of a learned profile. */
export interface Evidence {
  readonly count: number;
  /** Nanoseconds since the epoch. */
  readonly first: bigint;
  readonly last: bigint;
  /** In how many starts of the workload it was seen. */
  readonly starts: number;
  /** A command line or path that shows it. */
  readonly example: string;
  /** What exactly was seen, where the entry says it more generally; some of it where that is much. */
  readonly seen: readonly string[];
}

export interface LearnedEntry extends Evidence {
  readonly value: string | number;
}

/** What one pod was seen to do. */
export interface LearnedPod {
  readonly podname: string;
  readonly namespace: string | undefined;
  readonly workloads: readonly string[];
  readonly entries: Readonly<Partial<Record<BehaviourKey, readonly LearnedEntry[]>>>;
  /** Seen and told, though a profile has no key for it. */
  readonly parents: readonly LearnedEntry[];
  readonly users: readonly LearnedEntry[];
  readonly capabilities: readonly LearnedEntry[];
}

const NANOSECONDS_PER_HOUR = 3_600_000_000_000;

/**
 * How sure it is that an entry belongs to the workload's ordinary work, 0 to 1: each hour between the first and the last time
 * it was seen, and each start of the workload beyond the first in which it was, counts one of n in n / (n + 1).
 */
export function confidenceOf({ first, last, starts }: Pick<Evidence, 'first' | 'last' | 'starts'>): number {
  const weight = Number(last - first) / NANOSECONDS_PER_HOUR + Math.max(0, starts - 1);
  return weight / (weight + 1);
}
