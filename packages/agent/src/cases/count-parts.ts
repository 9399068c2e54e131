import type { BoundCheck, BoundCondition, BoundJunction } from '@seawall/rules';

/** One comparison of a rule's condition, and what it came to each time it was asked. */
export interface CountedCheck {
  readonly check: BoundCheck<never>;
  held: number;
  failed: number;
}

/** A condition that counts: it is asked as the interpreter does, from left to right until the outcome is certain. */
export interface CountedCondition<Context> {
  holds(context: Context): boolean;
  /** In the order in which they are written. */
  readonly checks: readonly CountedCheck[];
}

export function countParts<Context>(condition: BoundCondition<Context>): CountedCondition<Context> {
  const checks: CountedCheck[] = [];
  const count = (part: BoundCondition<Context>): ((context: Context) => boolean) => {
    switch (part.kind) {
      case 'check': {
        const counted: CountedCheck = { check: part as BoundCheck<never>, held: 0, failed: 0 };
        checks.push(counted);
        return (context) => {
          const holds = part.holds(context);
          if (holds) counted.held += 1;
          else counted.failed += 1;
          return holds;
        };
      }
      case 'not': {
        const holds = count(part.child);
        return (context) => !holds(context);
      }
      default:
        return countJunction(part, part.children.map(count));
    }
  };
  return { holds: count(condition), checks };
}

function countJunction<Context>(
  { kind }: BoundJunction<Context>,
  children: readonly ((context: Context) => boolean)[],
): (context: Context) => boolean {
  const decisive = kind === 'or';
  return (context) => {
    for (const holds of children) if (holds(context) === decisive) return decisive;
    return !decisive;
  };
}
