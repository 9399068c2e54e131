import type { Value } from '../catalogue/catalogue.ts';
import type { BoundCheck, BoundCondition } from '../evaluate/bind.ts';

/** A condition with what each part of it came to for one event: nothing is left out because others decided. */
export type Explanation<Context> =
  | ExplainedJunction<Context>
  | ExplainedNot<Context>
  | ExplainedCheck<Context>;

export interface ExplainedJunction<Context> {
  readonly kind: 'and' | 'or';
  readonly condition: BoundCondition<Context>;
  readonly holds: boolean;
  readonly children: readonly Explanation<Context>[];
  /** The first child that decided the outcome: the first false one of an `and`, the first true one of an `or`. */
  readonly decisive: Explanation<Context> | undefined;
}

export interface ExplainedNot<Context> {
  readonly kind: 'not';
  readonly condition: BoundCondition<Context>;
  readonly holds: boolean;
  readonly child: Explanation<Context>;
}

export interface ExplainedCheck<Context> {
  readonly kind: 'check';
  readonly condition: BoundCheck<Context>;
  readonly holds: boolean;
  /** What the left side read; undefined where it had no value. */
  readonly left: Value | readonly Value[] | undefined;
  /** What the right side read, where it is a field or a transformer. */
  readonly right: Value | readonly Value[] | undefined;
}

/**
 * Evaluates every part of a condition, whatever the others came to.
 * @returns the tree with values; its `holds` is what the interpreter says.
 */
export function explainCondition<Context>(
  condition: BoundCondition<Context>,
  context: Context,
): Explanation<Context> {
  if (condition.kind === 'check') return explainCheck(condition, context);
  if (condition.kind === 'not') {
    const child = explainCondition(condition.child, context);
    return { kind: 'not', condition, holds: !child.holds, child };
  }
  const { kind } = condition;
  const children = condition.children.map((child) => explainCondition(child, context));
  const decisive = children.find(({ holds }) => holds === (kind === 'or'));
  const holds = kind === 'or' ? decisive !== undefined : decisive === undefined;
  return { kind, condition, holds, children, decisive };
}

function explainCheck<Context>(condition: BoundCheck<Context>, context: Context): ExplainedCheck<Context> {
  const { left, right } = condition;
  const isOperand = right !== undefined && 'extract' in right;
  return {
    kind: 'check',
    condition,
    holds: condition.holds(context),
    left: left.extract(context),
    right: isOperand ? right.extract(context) : undefined,
  };
}
