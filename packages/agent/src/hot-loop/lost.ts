import type { DropNotice } from '../drops.ts';

/** Events that were lost, and between when: nanoseconds since the epoch. */
export interface Lost {
  readonly from: bigint;
  readonly to: bigint;
  readonly events: number;
}

const SECOND = 1_000_000_000n;

/** All of the time in which they may have been lost: where the agent stood still, much longer than the second between two looks. */
export function lostUntil(to: bigint, { lost, since }: DropNotice, before: Lost | undefined): Lost {
  const second = to - SECOND;
  const lookedAt = since === undefined ? second : BigInt(Math.floor(since * 1000)) * 1_000_000n;
  const from = lookedAt < second ? lookedAt : second;
  const known = before !== undefined && before.from < from ? before.from : from;
  return { from: known, to, events: (before?.events ?? 0) + lost };
}
