/** Decides which of many evaluations are looked at closely: the first ones all, later ones at random. */
export interface Schedule {
  isDue(): boolean;
}

/** So many evaluations are all looked at; after that, one in as many on average. */
export const SAMPLED_AT_FIRST = 64;
const SAMPLED_ONE_IN = 64;

/**
 * @param random numbers from 0 to 1, 1 excluded. Intervals are drawn, so that what repeats in the events can't be in
 * step with them.
 */
export function createSchedule(random: () => number): Schedule {
  let first = SAMPLED_AT_FIRST;
  let until = 0;
  return {
    isDue() {
      if (first > 0) {
        first -= 1;
        return true;
      }
      if (until > 0) {
        until -= 1;
        return false;
      }
      until = Math.floor(random() * (SAMPLED_ONE_IN * 2 - 1));
      return true;
    },
  };
}

/** A fair choice of bounded size among values that come one after the other. */
export interface Reservoir {
  /** @returns where to keep the value that comes now; -1 where it is not kept. */
  place(): number;
  /** How many places are taken. */
  readonly size: number;
}

function createReservoir(capacity: number, random: () => number): Reservoir {
  let seen = 0;
  return {
    place() {
      seen += 1;
      if (seen <= capacity) return seen - 1;
      const at = Math.floor(random() * seen);
      return at < capacity ? at : -1;
    },
    get size() {
      return Math.min(seen, capacity);
    },
  };
}

/** Durations of which a bounded number is kept. */
export interface Durations {
  add(nanoseconds: number): void;
  /** Their mean without the slowest tenth, which interruptions made slow; undefined where there is none. */
  mean(): number | undefined;
}

const KEPT_DURATIONS = 256;
const LEFT_OUT = 0.1;

export function createDurations(random: () => number): Durations {
  const reservoir = createReservoir(KEPT_DURATIONS, random);
  const kept = new Float64Array(KEPT_DURATIONS);
  return {
    add(nanoseconds) {
      const at = reservoir.place();
      if (at !== -1) kept[at] = nanoseconds;
    },
    mean() {
      if (reservoir.size === 0) return undefined;
      const sorted = kept.slice(0, reservoir.size).sort();
      const counted = sorted.subarray(0, Math.ceil(sorted.length * (1 - LEFT_OUT)));
      return counted.reduce((sum, duration) => sum + duration, 0) / counted.length;
    },
  };
}

/** What the parts of a junction came to, all of them, for some of the events that it was asked about. */
export interface Outcomes {
  /** Keeps a row; `holdsOf(child)` is asked for each child, in order. */
  record(holdsOf: (child: number) => boolean): void;
  readonly rows: number;
  holds(row: number, child: number): boolean;
}

const KEPT_ROWS = 512;

export function createOutcomes(childCount: number, random: () => number): Outcomes {
  const reservoir = createReservoir(KEPT_ROWS, random);
  const kept = new Uint8Array(KEPT_ROWS * childCount);
  return {
    record(holdsOf) {
      const row = reservoir.place();
      for (let child = 0; child < childCount; child += 1) {
        const isHeld = holdsOf(child);
        if (row !== -1) kept[row * childCount + child] = isHeld ? 1 : 0;
      }
    },
    get rows() {
      return reservoir.size;
    },
    holds: (row, child) => kept[row * childCount + child] === 1,
  };
}
