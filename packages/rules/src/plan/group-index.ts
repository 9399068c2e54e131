import type { Predicate } from './predicate.ts';

/**
 * Gives the group that a predicate is in, by its place; -1 for one that is in none. This is asked for each part of each
 * candidate: by the predicate's number, since looking objects up in a map took a tenth of a replay with 10,000 rules.
 * @param groups the predicates of each group; none is in two of them.
 */
export function indexGroups<Context>(
  groups: readonly Iterable<Predicate<Context>>[],
): (predicate: Predicate<Context>) => number {
  const places: number[] = [];
  let size = 0;
  groups.forEach((predicates, place) => {
    for (const { id } of predicates) {
      places.push(id, place);
      if (id >= size) size = id + 1;
    }
  });
  const byId = new Int32Array(size).fill(-1);
  for (let at = 0; at < places.length; at += 2) byId[places[at]] = places[at + 1];
  return ({ id }) => (id < size ? byId[id] : -1);
}
