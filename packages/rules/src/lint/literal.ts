import { canonicalText } from '../condition/text.ts';
import type { ComparisonNode, Condition, ExistsNode } from '../condition/tree.ts';

/** A check of a condition, or its opposite. */
export interface Literal {
  readonly node: ComparisonNode | ExistsNode;
  readonly isNegated: boolean;
  /** What is tested, as canonical text. */
  readonly subject: string;
  /** The constants, when the check is whether the subject is one of them (or is none of them). */
  readonly values: readonly string[] | undefined;
  /** Whether it says that the subject is one of `values`, rather than none. */
  readonly isPositive: boolean;
}

export function createLiteral(node: ComparisonNode | ExistsNode, isNegated: boolean): Literal {
  const subject = canonicalText(node.left);
  if (node.kind === 'exists') return { node, isNegated, subject, values: undefined, isPositive: !isNegated };
  const isMembership = node.quantifier === undefined && ['=', '==', '!=', 'in'].includes(node.operator);
  const isDifferent = node.operator === '!=';
  return {
    node,
    isNegated,
    subject,
    values: isMembership ? constantsOf(node) : undefined,
    isPositive: isNegated === isDifferent,
  };
}

export function constantsOf({ right }: ComparisonNode): readonly string[] | undefined {
  if (right.kind === 'value') return [right.value];
  return right.kind === 'list' ? right.items.map(({ value }) => value) : undefined;
}

/** The checks that must all hold for a condition to hold, negations pushed down; what `or` joins is left out. */
export function literalsOf(condition: Condition, isNegated = false): readonly Literal[] {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const isConjunction = (condition.kind === 'and') !== isNegated;
      return isConjunction ? condition.children.flatMap((child) => literalsOf(child, isNegated)) : [];
    }
    case 'not':
      return literalsOf(condition.child, !isNegated);
    case 'comparison':
    case 'exists':
      return [createLiteral(condition, isNegated)];
    default:
      return [];
  }
}
