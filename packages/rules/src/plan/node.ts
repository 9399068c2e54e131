import type { Lifetime, Predicate } from './predicate.ts';

/**
 * A condition in negation normal form, hash-consed: equal conditions are one object, so they are compared by
 * identity and decided once. Children of `and` and `or` are flat, distinct, in order of id, and at least two.
 */
export type PlanNode<Context> = ConstantNode | TestNode<Context> | JunctionNode<Context>;

interface ConstantNode {
  readonly kind: 'constant';
  readonly id: number;
  readonly lifetime: 'scope';
  readonly value: boolean;
}

export interface TestNode<Context> {
  readonly kind: 'test';
  readonly id: number;
  readonly lifetime: Lifetime;
  readonly predicate: Predicate<Context>;
  /** True when the node holds where the predicate doesn't. */
  readonly isNegated: boolean;
}

export interface JunctionNode<Context> {
  readonly kind: 'and' | 'or';
  readonly id: number;
  /** That of every child, or `event`. */
  readonly lifetime: Lifetime;
  readonly children: readonly PlanNode<Context>[];
}

export interface NodeTable<Context> {
  constant(value: boolean): PlanNode<Context>;
  test(predicate: Predicate<Context>, isNegated: boolean): PlanNode<Context>;
  and(children: readonly PlanNode<Context>[]): PlanNode<Context>;
  or(children: readonly PlanNode<Context>[]): PlanNode<Context>;
  /** How many distinct nodes there are: ids lie below it. */
  readonly size: number;
}

/** Creates the table that makes nodes, and makes equal ones only once. */
export function createNodeTable<Context>(): NodeTable<Context> {
  const byKey = new Map<string, PlanNode<Context>>();
  let size = 0;

  function intern(key: string, create: (id: number) => PlanNode<Context>): PlanNode<Context> {
    let node = byKey.get(key);
    if (node === undefined) {
      node = create(size++);
      byKey.set(key, node);
    }
    return node;
  }

  const always: readonly PlanNode<Context>[] = [false, true].map((value) =>
    intern(String(value), (id) => ({ kind: 'constant', id, lifetime: 'scope', value })),
  );

  function test(predicate: Predicate<Context>, isNegated: boolean): PlanNode<Context> {
    return intern(`${isNegated ? '!' : '?'}${predicate.id}`, (id) => ({
      kind: 'test',
      id,
      lifetime: predicate.lifetime,
      predicate,
      isNegated,
    }));
  }

  /** `and` with `absorbing` false, `or` with `absorbing` true: the constant that decides the whole junction. */
  function junction(kind: 'and' | 'or', parts: readonly PlanNode<Context>[]): PlanNode<Context> {
    const absorbing = kind === 'or';
    const children = new Set<PlanNode<Context>>();
    for (const part of parts) {
      if (part.kind === 'constant') {
        if (part.value === absorbing) return always[Number(absorbing)];
      } else if (part.kind === kind) {
        for (const child of part.children) children.add(child);
      } else {
        children.add(part);
      }
    }
    if (children.size === 0) return always[Number(!absorbing)];
    const sorted = [...children].sort((left, right) => left.id - right.id);
    if (sorted.length === 1) return sorted[0];
    if (hasComplements(sorted)) return always[Number(absorbing)];
    const lifetime = commonLifetime(sorted);
    const key = `${kind}${sorted.map(({ id }) => id).join()}`;
    return intern(key, (id) => ({ kind, id, lifetime, children: sorted }));
  }

  return {
    constant: (value) => always[Number(value)],
    test,
    and: (children) => junction('and', children),
    or: (children) => junction('or', children),
    get size() {
      return size;
    },
  };
}

/** What several lifetimes have in common is only the event. */
function commonLifetime<Context>(nodes: readonly PlanNode<Context>[]): Lifetime {
  const { lifetime } = nodes[0];
  return nodes.every((node) => node.lifetime === lifetime) ? lifetime : 'event';
}

/** True when a test and its negation are both among the nodes. */
function hasComplements<Context>(nodes: readonly PlanNode<Context>[]): boolean {
  const tests = new Map<Predicate<Context>, boolean>();
  for (const node of nodes) {
    if (node.kind !== 'test') continue;
    if (tests.get(node.predicate) === !node.isNegated) return true;
    tests.set(node.predicate, node.isNegated);
  }
  return false;
}

/**
 * Replaces every test that the event's type alone decides by its verdict.
 * @param memo results by node, for this type; pass the same map for all conditions of a rule set.
 */
export function specialise<Context>(
  node: PlanNode<Context>,
  eventType: number,
  table: NodeTable<Context>,
  memo: Map<PlanNode<Context>, PlanNode<Context>>,
): PlanNode<Context> {
  const known = memo.get(node);
  if (known !== undefined) return known;
  const result = specialiseAnew(node, eventType, table, memo);
  memo.set(node, result);
  return result;
}

function specialiseAnew<Context>(
  node: PlanNode<Context>,
  eventType: number,
  table: NodeTable<Context>,
  memo: Map<PlanNode<Context>, PlanNode<Context>>,
): PlanNode<Context> {
  switch (node.kind) {
    case 'constant':
      return node;
    case 'test': {
      const verdict = node.predicate.verdictForType?.(eventType);
      return verdict === undefined ? node : table.constant(verdict !== node.isNegated);
    }
    default: {
      const children = node.children.map((child) => specialise(child, eventType, table, memo));
      return node.kind === 'and' ? table.and(children) : table.or(children);
    }
  }
}

/** The parts that all have to hold: the children of an `and`, or the node alone; none for the constant true. */
export function conjunctsOf<Context>(node: PlanNode<Context>): readonly PlanNode<Context>[] {
  if (node.kind === 'and') return node.children;
  return node.kind === 'constant' && node.value ? [] : [node];
}
