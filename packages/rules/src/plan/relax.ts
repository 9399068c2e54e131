import type { PlanNode } from './node.ts';
import type { Predicate } from './predicate.ts';

/**
 * Weakens a node to what some of its tests have to say for it to hold: every other test is taken to hold.
 * @param isKept tells which tests are to have a say.
 * @returns undefined where the node can hold whatever those tests say; the node itself where all of its tests are kept.
 */
export function relax<Context>(
  node: PlanNode<Context>,
  isKept: (predicate: Predicate<Context>) => boolean,
): PlanNode<Context> | undefined {
  if (node.kind === 'constant') return node.value ? undefined : node;
  if (node.kind === 'test') return isKept(node.predicate) ? node : undefined;
  const children = node.children.map((child) => relax(child, isKept));
  const needed = children.filter((child) => child !== undefined);
  if (node.kind === 'or' && needed.length < children.length) return undefined;
  if (needed.length === 0) return undefined;
  const isWhole =
    needed.length === children.length && needed.every((child, index) => child === node.children[index]);
  return isWhole ? node : { ...node, children: needed };
}
