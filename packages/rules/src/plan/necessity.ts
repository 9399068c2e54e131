import type { PlanNode } from './node.ts';
import type { Predicate } from './predicate.ts';

/**
 * What one comparison comes down to for a kind of events that somebody describes: it holds for all of them or for
 * none, only for those with a text that starts like one of these (and then perhaps), or it can't be said.
 */
export type Judgement = boolean | { readonly startsWith: readonly string[] } | undefined;

/** Which events of a kind a condition can hold for: any, or those with a text that starts like one of these. */
export type Necessity = 'anything' | readonly string[];

/**
 * What must be so of an event for a condition to hold: never too little, perhaps too much.
 * @param judge what is known of a predicate for the events in question; all texts that it speaks of are the same text.
 */
export function necessityOf<Context>(
  node: PlanNode<Context>,
  judge: (predicate: Predicate<Context>) => Judgement,
): Necessity {
  switch (node.kind) {
    case 'constant':
      return node.value ? 'anything' : [];
    case 'test': {
      const judgement = judge(node.predicate);
      if (typeof judgement === 'boolean') return judgement === node.isNegated ? [] : 'anything';
      // What starts like that may still not be meant, so that nothing follows for the negation.
      return judgement === undefined || node.isNegated ? 'anything' : judgement.startsWith;
    }
    case 'and':
      return node.children.map((child) => necessityOf(child, judge)).reduce(both);
    case 'or':
      return node.children.map((child) => necessityOf(child, judge)).reduce(either);
  }
}

/** What is necessary where both are. */
export function both(left: Necessity, right: Necessity): Necessity {
  if (left === 'anything') return right;
  if (right === 'anything') return left;
  return [
    ...left.filter((text) => right.some((other) => text.startsWith(other))),
    ...right.filter((text) => left.some((other) => other !== text && text.startsWith(other))),
  ];
}

/** What is necessary where one of them is. */
export function either(left: Necessity, right: Necessity): Necessity {
  if (left === 'anything' || right === 'anything') return 'anything';
  return [...new Set([...left, ...right])];
}
