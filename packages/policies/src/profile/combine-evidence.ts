import type { Evidence } from './learned.ts';

/** Something that was seen, as text. */
export interface Seen extends Evidence {
  readonly value: string;
}

/** What was seen behind one entry, at most. */
const MOST_SEEN = 8;

/** Evidence of several things as evidence of the one that stands for them. */
export function combine(value: string, entries: readonly Seen[]): Seen {
  const [head] = entries;
  const seen = new Set(
    entries.flatMap((entry) => (entry.value === value ? entry.seen : [entry.value, ...entry.seen])),
  );
  seen.delete(value);
  return {
    value,
    count: entries.reduce((sum, { count }) => sum + count, 0),
    first: entries.map(({ first }) => first).reduce(earlier),
    last: entries.map(({ last }) => last).reduce(later),
    starts: Math.max(...entries.map(({ starts }) => starts)),
    example: head!.example,
    seen: [...seen].slice(0, MOST_SEEN),
  };
}

/** Entries of the same value become one. */
export function combineEqual(entries: readonly Seen[]): Seen[] {
  return [...Map.groupBy(entries, ({ value }) => value)].map(([value, group]) => combine(value, group));
}

/* Math.min and Math.max take no bigint. */
const earlier = (one: bigint, other: bigint): bigint => (one < other ? one : other);
const later = (one: bigint, other: bigint): bigint => (one < other ? other : one);
