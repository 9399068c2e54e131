import type { EventView } from '@seawall/events';
import { timestampOf } from '@seawall/events';
import { type Activity, type ActivityKind, OTHER_ACTIVITY } from '@seawall/store/activity';

/** One thing that a container did. */
export interface Entry {
  readonly kind: ActivityKind;
  readonly value: string;
  readonly example: string;
  readonly first: bigint;
  /** Since it was last told. */
  count: number;
  lastHigh: number;
  lastLow: number;
  /** Whether the container's start was counted for it. */
  isStartTold: boolean;
}

/** What one container did: bounded, whatever it does. */
export interface ContainerLog {
  find(kind: ActivityKind, value: string): Entry | undefined;
  /** Notes what was not seen of it before. */
  add(kind: ActivityKind, value: string, example: string, view: EventView): Entry;
  entries(): Iterable<Entry>;
  /** Bytes that it takes, about. */
  bytes(): number;
}

/** What an entry takes besides its texts. */
const ENTRY_BYTES = 256;

/** Values of one kind that a container's log holds; what is more is counted together. */
const MOST_VALUES = 500;

/** @param isStartCounted whether the container's start was counted before, in an earlier run. */
export function createContainerLog(isStartCounted: boolean): ContainerLog {
  const kinds = new Map<ActivityKind, Map<string, Entry>>();
  let bytes = 0;
  return {
    find: (kind, value) => kinds.get(kind)?.get(value),
    add(kind, value, example, view) {
      let known = kinds.get(kind);
      if (known === undefined) {
        known = new Map();
        kinds.set(kind, known);
      }
      const kept = known.size < MOST_VALUES ? value : OTHER_ACTIVITY;
      const there = known.get(kept);
      if (there !== undefined) return there;
      const entry: Entry = {
        kind,
        value: kept,
        example,
        first: timestampOf(view),
        count: 0,
        lastHigh: view.timestampHigh,
        lastLow: view.timestampLow,
        isStartTold: isStartCounted,
      };
      known.set(kept, entry);
      bytes += ENTRY_BYTES + kept.length + example.length;
      return entry;
    },
    *entries() {
      for (const known of kinds.values()) yield* known.values();
    },
    bytes: () => bytes,
  };
}

/** Counts an entry once more. */
export function countEntry(entry: Entry, view: EventView): void {
  entry.count += 1;
  entry.lastHigh = view.timestampHigh;
  entry.lastLow = view.timestampLow;
}

/**
 * What was logged since the last time, as activity of the workload; adds to what other containers of it did.
 * @param told by workload, kind and value.
 */
export function tellLog(log: ContainerLog, workload: string, told: Map<string, Activity>): void {
  for (const entry of log.entries()) {
    if (entry.count === 0) continue;
    const last = (BigInt(entry.lastHigh) << 32n) | BigInt(entry.lastLow >>> 0);
    const key = `${workload}\0${entry.kind}\0${entry.value}`;
    const known = told.get(key);
    told.set(key, {
      workload,
      kind: entry.kind,
      value: entry.value,
      count: entry.count + (known?.count ?? 0),
      first: known !== undefined && known.first < entry.first ? known.first : entry.first,
      last: known !== undefined && known.last > last ? known.last : last,
      example: known?.example ?? entry.example,
      starts: (entry.isStartTold ? 0 : 1) + (known?.starts ?? 0),
    });
    entry.count = 0;
    entry.isStartTold = true;
  }
}
