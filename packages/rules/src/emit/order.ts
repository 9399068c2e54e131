import type { PlanNode } from '../plan/node.ts';

/** What asking a node is expected to come to. */
interface Prospect {
  /** Nanoseconds, what is asked on the way to an answer weighed by how likely it is to be asked. */
  readonly cost: number;
  /** How likely it is to hold. */
  readonly chance: number;
}

const prospects = new WeakMap<object, Prospect>();

/** The order in which to ask the parts of a conjunction or disjunction: what decides it soonest for its cost comes first. */
export function soonestDecided<Context>(
  kind: 'and' | 'or',
  nodes: readonly PlanNode<Context>[],
): readonly PlanNode<Context>[] {
  return nodes.length < 2
    ? nodes
    : [...nodes].sort((left, right) => rankOf(kind, left) - rankOf(kind, right));
}

function rankOf<Context>(kind: 'and' | 'or', node: PlanNode<Context>): number {
  const { cost, chance } = prospectOf(node);
  return cost / (kind === 'and' ? 1 - chance : chance);
}

/** What asking the node costs on average, in nanoseconds. */
export function costOf<Context>(node: PlanNode<Context>): number {
  return prospectOf(node).cost;
}

function prospectOf<Context>(node: PlanNode<Context>): Prospect {
  let prospect = prospects.get(node);
  if (prospect === undefined) {
    prospect = estimate(node);
    prospects.set(node, prospect);
  }
  return prospect;
}

function estimate<Context>(node: PlanNode<Context>): Prospect {
  if (node.kind === 'constant') return { cost: 0, chance: node.value ? 1 : 0 };
  if (node.kind === 'test') {
    const { cost, chance } = node.predicate;
    return { cost, chance: node.isNegated ? 1 - chance : chance };
  }
  let cost = 0;
  /** How likely the children so far left the answer open. */
  let openness = 1;
  for (const child of soonestDecided(node.kind, node.children)) {
    const prospect = prospectOf(child);
    cost += openness * prospect.cost;
    openness *= node.kind === 'and' ? prospect.chance : 1 - prospect.chance;
  }
  return { cost, chance: node.kind === 'and' ? openness : 1 - openness };
}
