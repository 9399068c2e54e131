import { errors } from './errors.ts';

/** The pages of the kernel's maps that verdicts are kept in (native/ignore.h). */
export interface MappedVerdicts {
  readonly changes: ArrayBuffer;
  readonly verdicts: ArrayBuffer;
}

/**
 * Telling the kernel which threads rules are done with. Whoever does so reads the counters, handles everything that lay
 * in the ring then, and only after that decides: so no change is overlooked. A later one makes the verdict void.
 */
export interface IgnoredProcesses {
  /** The event types that verdicts tell apart: bit 0 of a verdict stands for the first of them. None: nothing is ignored. */
  readonly types: readonly number[];
  /** The counters of a thread's changes as of now; undefined while they can't be relied on. */
  stampOf(tid: number, pid: number): bigint | undefined;
  /**
   * Nobody wants events of these types (bits) of that thread, as was decided with all that had been handed over when the
   * stamp was read.
   */
  ignore(tid: number, pid: number, stamp: bigint, bits: number): void;
  /** No verdict holds any more: something changed that the kernel does not see. */
  forgetAll(): void;
}

/** As in native/ignore.h. */
const CHANGE_PLACES = 65_536;
const COMMON_PLACE = CHANGE_PLACES;
const VERDICT_PLACES = 8192;
export const IGNORED_SLOTS = 20;
const NUMBER_BITS = 22;
const MOST_NUMBER = 2 ** NUMBER_BITS;
/**
 * Milliseconds from when the kernel is told to count changes until the counters are believed: what began before, and did
 * not count, has long ended then.
 */
const UNTIL_COUNTED = 200;

export interface IgnoredProcessesOfProbe extends IgnoredProcesses {
  /** Other types from now on, which the kernel is about to be told. @throws probe/CLOSED */
  setTypes(types: readonly number[]): void;
  close(): void;
}

export function createIgnoredProcesses({ changes, verdicts }: MappedVerdicts): IgnoredProcessesOfProbe {
  const counts = new BigUint64Array(changes);
  const kept = new BigUint64Array(verdicts);
  let types: readonly number[] = [];
  let countedFrom = 0;
  let isClosed = false;

  function forgetAll(): void {
    if (!isClosed) Atomics.add(counts, COMMON_PLACE, 1n);
  }

  return {
    get types() {
      return types;
    },
    stampOf(tid, pid) {
      if (isClosed || types.length === 0 || performance.now() < countedFrom) return undefined;
      if (tid <= 0 || pid <= 0 || tid >= MOST_NUMBER || pid >= MOST_NUMBER) return undefined;
      return (
        Atomics.load(counts, tid % CHANGE_PLACES) +
        Atomics.load(counts, pid % CHANGE_PLACES) +
        Atomics.load(counts, COMMON_PLACE)
      );
    },
    ignore(tid, pid, stamp, bits) {
      if (isClosed) return;
      const place = (tid % VERDICT_PLACES) * 2;
      // Nothing counts while the stamp is 0: the counters never add up to that.
      Atomics.store(kept, place, 0n);
      const about = (BigInt(pid) << BigInt(NUMBER_BITS)) | BigInt(tid);
      Atomics.store(kept, place + 1, (about << BigInt(IGNORED_SLOTS)) | BigInt(bits));
      Atomics.store(kept, place, stamp);
    },
    forgetAll,
    setTypes(next) {
      if (isClosed) throw errors.create('CLOSED');
      forgetAll();
      types = next.slice(0, IGNORED_SLOTS);
      countedFrom = performance.now() + UNTIL_COUNTED;
    },
    close() {
      isClosed = true;
    },
  };
}
