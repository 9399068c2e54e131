import type { BoundCondition, BoundJunction, BoundNot } from '@seawall/rules';

/** A rule's condition with one part negated or left out: good tests notice the difference. */
export interface Mutant<Context> {
  readonly kind: 'negated' | 'removed';
  /** The part, as it was. */
  readonly part: BoundCondition<Context>;
  readonly condition: BoundCondition<Context>;
}

/**
 * All mutants of a condition: each comparison and each group in it, macros written out, once negated and once removed
 * from the `and` or `or` that it stands in. The condition as a whole is neither, since that is no question.
 */
export function mutantsOf<Context>(condition: BoundCondition<Context>): readonly Mutant<Context>[] {
  const mutants: Mutant<Context>[] = [];
  const visit = (
    part: BoundCondition<Context>,
    putBack: (changed: BoundCondition<Context> | undefined) => BoundCondition<Context> | undefined,
    isWhole: boolean,
  ): void => {
    const add = (kind: Mutant<Context>['kind'], changed: BoundCondition<Context> | undefined): void => {
      const whole = putBack(changed);
      if (whole !== undefined) mutants.push({ kind, part, condition: whole });
    };
    const isSoleCheck = isWhole && part.kind === 'check';
    if (!isWhole || isSoleCheck) {
      add('negated', negated(part));
      if (!isSoleCheck) add('removed', undefined);
    }
    if (part.kind === 'not') {
      // Negating what stands behind `not` is negating the `not`: only what is inside of a group is another question.
      if (part.child.kind !== 'check') {
        for (const inner of childrenOf(part.child)) {
          visit(inner.part, (changed) => rewrap(part, inner.put(changed), putBack), false);
        }
      }
      return;
    }
    for (const inner of childrenOf(part)) {
      visit(inner.part, (changed) => putBack(inner.put(changed)), false);
    }
  };
  visit(condition, (changed) => changed, true);
  return mutants;
}

interface Child<Context> {
  readonly part: BoundCondition<Context>;
  /** The group with the child changed; with the child left out where it is undefined. */
  put(changed: BoundCondition<Context> | undefined): BoundCondition<Context> | undefined;
}

function childrenOf<Context>(part: BoundCondition<Context>): readonly Child<Context>[] {
  if (part.kind === 'check' || part.kind === 'not') return [];
  return part.children.map((child, index) => ({
    part: child,
    put: (changed) => withChild(part, index, changed),
  }));
}

function withChild<Context>(
  group: BoundJunction<Context>,
  index: number,
  changed: BoundCondition<Context> | undefined,
): BoundCondition<Context> | undefined {
  const children = group.children.flatMap((child, at) => (at === index ? (changed ?? []) : child));
  return children.length <= 1 ? children[0] : { ...group, children };
}

function rewrap<Context>(
  { node }: BoundNot<Context>,
  child: BoundCondition<Context> | undefined,
  putBack: (changed: BoundCondition<Context> | undefined) => BoundCondition<Context> | undefined,
): BoundCondition<Context> | undefined {
  return putBack(child === undefined ? undefined : { kind: 'not', node, child });
}

function negated<Context>(part: BoundCondition<Context>): BoundCondition<Context> {
  if (part.kind === 'not') return part.child;
  // Nothing that evaluates looks at the node of a `not`.
  return { kind: 'not', node: undefined as unknown as BoundNot<Context>['node'], child: part };
}
