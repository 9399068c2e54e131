import type { BoundCondition } from './bind.ts';

/**
 * Makes the plain interpreter of a bound condition: closures over its checks, asked from left to right until the
 * outcome is certain. The oracle that any faster way of evaluating is held against.
 */
export function interpret<Context>(condition: BoundCondition<Context>): (context: Context) => boolean {
  switch (condition.kind) {
    case 'check':
      return condition.holds;
    case 'not': {
      const holds = interpret(condition.child);
      return (context) => !holds(context);
    }
    case 'and':
      return untilFirst(condition.children.map(interpret), false);
    case 'or':
      return untilFirst(condition.children.map(interpret), true);
  }
}

/** The outcome is `decisive` as soon as one part's is, else its opposite. */
function untilFirst<Context>(
  parts: readonly ((context: Context) => boolean)[],
  decisive: boolean,
): (context: Context) => boolean {
  return (context) => {
    for (let i = 0; i < parts.length; i++) if (parts[i]!(context) === decisive) return decisive;
    return !decisive;
  };
}
