import { type EventBatch, TYPE_OFFSET } from '@seawall/events';
import type { IgnoredProcesses, RingReader } from '@seawall/probe';
import type { ThreadVerdicts } from '../watch/thread-verdicts.ts';

/**
 * Tells the kernel of threads that make many events which rules are done with. Nothing is asked of single events: of
 * every batch a few are looked at, and whose they are most is asked ten times a second.
 */
export interface Ignoring {
  /** The kernel hands over a batch. */
  onBatch(batch: EventBatch): void;
  /** All that was taken out of the ring has been handled. */
  onHandled(): void;
  /** Something is about to change that is no event of the kernel: what was decided no longer holds. */
  forget(): void;
}

/** One in so many events is looked at, in the middle. */
const LOOKED_AT = 16;
/** Milliseconds between two times that verdicts are asked for. */
const INTERVAL = 100;
/** Events looked at in that time from which on a thread is worth a verdict, and threads that are asked about at once. */
const LEAST_EVENTS = 4;
const MOST_THREADS = 64;
const TID_OFFSET = 8;

interface Candidate {
  readonly tid: number;
  readonly pid: number;
  readonly stamp: bigint;
}

export function createIgnoring(
  ignored: IgnoredProcesses,
  ring: Pick<RingReader, 'position' | 'end'>,
  threads: ThreadVerdicts,
): Ignoring {
  const counts = new Map<number, number>();
  let candidates: Candidate[] = [];
  /** When the ring has been handled up to here, everything is known that the candidates' stamps have counted. */
  let knownFrom = 0;
  let askedAt = performance.now();
  let next = 0;
  let random = 1;

  /** Of random length, since what programs do comes in rounds. */
  function step(): number {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return 1 + ((random >> 16) % (2 * LOOKED_AT - 1));
  }

  function choose(): void {
    for (const [tid, count] of counts) {
      if (count < LEAST_EVENTS || candidates.length === MOST_THREADS) continue;
      const pid = threads.pidOf(tid);
      const stamp = pid === undefined ? undefined : ignored.stampOf(tid, pid);
      if (pid !== undefined && stamp !== undefined) candidates.push({ tid, pid, stamp });
    }
    counts.clear();
    knownFrom = ring.end();
  }

  function decide(): void {
    for (const { tid, pid, stamp } of candidates) {
      const bits = threads.pidOf(tid) === pid ? threads.ruledOut(tid, ignored.types) : 0;
      if (bits !== 0) ignored.ignore(tid, pid, stamp, bits);
    }
    candidates = [];
  }

  return {
    onBatch({ data, offsets, count }) {
      const { types } = ignored;
      if (types.length === 0) return;
      for (; next < count; next += step()) {
        const event = offsets[next];
        if (!types.includes(data.getUint16(event + TYPE_OFFSET, true))) continue;
        const tid = data.getUint32(event + TID_OFFSET, true);
        counts.set(tid, (counts.get(tid) ?? 0) + 1);
      }
      next -= count;
    },
    onHandled() {
      const now = performance.now();
      if (candidates.length === 0 && counts.size > 0 && now - askedAt >= INTERVAL) {
        askedAt = now;
        choose();
      }
      if (candidates.length > 0 && ring.position >= knownFrom) decide();
    },
    forget() {
      candidates = [];
      ignored.forgetAll();
    },
  };
}
