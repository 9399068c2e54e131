/**
 * Lengths of the slices that occurrences are counted in when they are stored, in minutes. Each divides the next, so that
 * a coarse slice is the sum of fine ones. Starts of slices are minutes since the epoch.
 */
export const sliceLevels: readonly number[] = [1, 6, 30, 180, 1440];

export const MINUTE_NANOSECONDS = 60_000_000_000n;

/** The minute that a time lies in. */
export function minuteOf(time: bigint): number {
  const minutes = Number(time / MINUTE_NANOSECONDS);
  return time < 0n && time % MINUTE_NANOSECONDS !== 0n ? minutes - 1 : minutes;
}

/** Counts by minute, summed up for every level. */
export function* sumSlices(
  minutes: ReadonlyMap<number, number>,
): Generator<{ readonly level: number; readonly start: number; readonly count: number }> {
  let finer = minutes;
  for (const level of sliceLevels) {
    const sums = new Map<number, number>();
    for (const [minute, count] of finer) {
      const start = Math.floor(minute / level) * level;
      sums.set(start, (sums.get(start) ?? 0) + count);
    }
    for (const [start, count] of sums) yield { level, start, count };
    finer = sums;
  }
}

/** Adds to one of a map's counts. */
export function addCount<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
