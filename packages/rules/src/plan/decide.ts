import type { JunctionNode, PlanNode } from './node.ts';
import type { Predicate } from './predicate.ts';

/**
 * What a node comes to, going by what its predicates come to: asks no more of them than that takes.
 * @param verdictOf gives undefined for a predicate of which that is open.
 * @param known what junctions came to before, and what is found now: those that nodes share are asked once then.
 * @returns undefined where it hinges on what is open.
 */
export function decide<Context, Verdict extends boolean | undefined>(
  node: PlanNode<Context>,
  verdictOf: (predicate: Predicate<Context>) => Verdict,
  known?: Map<PlanNode<Context>, boolean | Verdict>,
): boolean | Verdict {
  if (node.kind === 'constant') return node.value;
  if (node.kind === 'test') {
    const verdict = verdictOf(node.predicate);
    return verdict === undefined ? verdict : verdict !== node.isNegated;
  }
  if (known?.has(node)) return known.get(node) as boolean | Verdict;
  const verdict = decideJunction(node, verdictOf, known);
  known?.set(node, verdict);
  return verdict;
}

function decideJunction<Context, Verdict extends boolean | undefined>(
  node: JunctionNode<Context>,
  verdictOf: (predicate: Predicate<Context>) => Verdict,
  known: Map<PlanNode<Context>, boolean | Verdict> | undefined,
): boolean | Verdict {
  const deciding = node.kind === 'or';
  let result: boolean | Verdict = !deciding;
  for (const child of node.children) {
    const verdict = decide(child, verdictOf, known);
    if (verdict === deciding) return deciding;
    if (verdict === undefined) result = verdict;
  }
  return result;
}
