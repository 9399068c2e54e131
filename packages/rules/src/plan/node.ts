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
  let size = 0;
  const always = [false, true].map(
    (value): PlanNode<Context> => ({ kind: 'constant', id: size++, lifetime: 'scope', value }),
  );
  /** By predicate: the test and its negation, as far as they are there. */
  const tests: [plain: TestNode<Context> | undefined, negated: TestNode<Context> | undefined][] = [];
  /** By a number made of kind and children: the junctions that it stands for. */
  const junctions = new Map<number, JunctionNode<Context>[]>();

  function test(predicate: Predicate<Context>, isNegated: boolean): TestNode<Context> {
    tests[predicate.id] ??= [undefined, undefined];
    const pair = tests[predicate.id];
    const { lifetime } = predicate;
    const index = Number(isNegated);
    pair[index] ??= { kind: 'test', id: size++, lifetime, predicate, isNegated };
    return pair[index];
  }

  /** `and` with `absorbing` false, `or` with `absorbing` true: the constant that decides the whole junction. */
  function junction(kind: 'and' | 'or', parts: readonly PlanNode<Context>[]): PlanNode<Context> {
    const absorbing = kind === 'or';
    const children: PlanNode<Context>[] = [];
    for (const part of parts) {
      if (part.kind === 'constant') {
        if (part.value === absorbing) return always[Number(absorbing)];
      } else if (part.kind === kind) {
        for (const child of part.children) children.push(child);
      } else {
        children.push(part);
      }
    }
    const distinct = sortById(children);
    if (distinct.length === 0) return always[Number(!absorbing)];
    if (distinct.length === 1) return distinct[0];
    if (hasComplements(distinct)) return always[Number(absorbing)];
    return intern(kind, distinct);
  }

  /** True when a test and its negation are both among the nodes. */
  function hasComplements(nodes: readonly PlanNode<Context>[]): boolean {
    return nodes.some((node) => {
      if (node.kind !== 'test' || !node.isNegated) return false;
      const [plain] = tests[node.predicate.id];
      return plain !== undefined && nodes.includes(plain);
    });
  }

  function intern(kind: 'and' | 'or', children: readonly PlanNode<Context>[]): PlanNode<Context> {
    let hash = kind === 'and' ? 1 : 2;
    for (const { id } of children) hash = Math.imul(hash ^ id, 0x0100_0193);
    const alike = junctions.get(hash);
    const known = alike?.find((node) => node.kind === kind && areSame(node.children, children));
    if (known !== undefined) return known;
    // A copy has no room to grow on.
    const node: JunctionNode<Context> = {
      kind,
      id: size++,
      lifetime: commonLifetime(children),
      children: children.slice(),
    };
    if (alike === undefined) junctions.set(hash, [node]);
    else alike.push(node);
    return node;
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

/** In order of id, each once; takes the array for it. */
function sortById<Context>(nodes: PlanNode<Context>[]): readonly PlanNode<Context>[] {
  nodes.sort((left, right) => left.id - right.id);
  return nodes.filter((node, index) => node !== nodes[index - 1]);
}

function areSame<Item>(left: readonly Item[], right: readonly Item[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

/** What several lifetimes have in common is only the event. */
function commonLifetime<Context>(nodes: readonly PlanNode<Context>[]): Lifetime {
  const { lifetime } = nodes[0];
  return nodes.every((node) => node.lifetime === lifetime) ? lifetime : 'event';
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
