import type { PlanNode } from './node.ts';
import type { Predicate } from './predicate.ts';

/** The predicates that a node is made of. */
export function predicatesOf<Context>(
  node: PlanNode<Context>,
  found: Set<Predicate<Context>> = new Set(),
): Set<Predicate<Context>> {
  if (node.kind === 'test') found.add(node.predicate);
  else if (node.kind !== 'constant') for (const child of node.children) predicatesOf(child, found);
  return found;
}

/**
 * For each predicate what mentions it, in the order given and each once: where an answer is known, only those can come to
 * something else by it.
 * @param nodes of each mentioner the nodes that it is made of.
 * @param isWanted whether anybody will ask about the predicate; those nobody asks about take no memory.
 */
export function indexMentions<Context, Mentioner>(
  nodes: Iterable<readonly [Mentioner, Iterable<PlanNode<Context>>]>,
  isWanted: (predicate: Predicate<Context>) => boolean = () => true,
): ReadonlyMap<Predicate<Context>, readonly Mentioner[]> {
  const index = new Map<Predicate<Context>, Mentioner[]>();
  for (const [mentioner, parts] of nodes) {
    const mentioned = new Set<Predicate<Context>>();
    for (const part of parts) predicatesOf(part, mentioned);
    for (const predicate of mentioned) {
      if (!isWanted(predicate)) continue;
      const known = index.get(predicate);
      if (known === undefined) index.set(predicate, [mentioner]);
      else known.push(mentioner);
    }
  }
  return index;
}
