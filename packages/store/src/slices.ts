/**
 * Lengths of the slices that occurrences are counted in when they are stored, in seconds. Each divides the next, so that a
 * coarse slice is the sum of fine ones. Starts of slices are seconds since the epoch. All findings together have fine
 * ones: a burst is many findings in few slices. Series have coarse ones: there are many series, and each has little in a
 * short time, which is counted as fast one by one.
 */
export const severityLevels: readonly number[] = [1, 10, 60, 600, 3600, 21_600, 86_400];
export const seriesLevels: readonly number[] = [600, 3600, 21_600, 86_400];

export const SECOND_NANOSECONDS = 1_000_000_000n;

/** The second that a time lies in. */
export function secondOf(time: bigint): number {
  const seconds = Number(time / SECOND_NANOSECONDS);
  return time < 0n && time % SECOND_NANOSECONDS !== 0n ? seconds - 1 : seconds;
}

/** Counts by second, summed up for every level. */
export function* sumSlices(
  seconds: ReadonlyMap<number, number>,
  levels: readonly number[],
): Generator<{ readonly level: number; readonly start: number; readonly count: number }> {
  let finer = seconds;
  for (const level of levels) {
    const sums = new Map<number, number>();
    for (const [second, count] of finer) addCount(sums, Math.floor(second / level) * level, count);
    for (const [start, count] of sums) yield { level, start, count };
    finer = sums;
  }
}

/** Adds to one of a map's counts. */
export function addCount<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
