import type { EventContext } from '@seawall/inspector';
import type { BoundCondition } from '@seawall/rules';
import { asksForMetadata } from './metadata-field.ts';

/** Whether a condition holds; undefined where that hinges on a description that is not there yet. */
export type Verdict = (context: EventContext) => boolean | undefined;

/**
 * Makes the three-valued reading of a condition, for containers of which nothing is known yet: what asks for their
 * description is unknown, everything else is as always.
 */
export function verdictOf(condition: BoundCondition<EventContext>): Verdict {
  switch (condition.kind) {
    case 'check': {
      const { left, right } = condition;
      const isUnknown =
        asksForMetadata(left.text) || (right !== undefined && 'text' in right && asksForMetadata(right.text));
      return isUnknown ? () => undefined : condition.holds;
    }
    case 'not': {
      const child = verdictOf(condition.child);
      return (context) => {
        const holds = child(context);
        return holds === undefined ? undefined : !holds;
      };
    }
    case 'and':
      return untilDecided(condition.children.map(verdictOf), false);
    case 'or':
      return untilDecided(condition.children.map(verdictOf), true);
  }
}

/** The outcome is `decisive` as soon as one part's is; unknown as long as one could still be. */
function untilDecided(parts: readonly Verdict[], decisive: boolean): Verdict {
  return (context) => {
    let isUnknown = false;
    for (const part of parts) {
      const holds = part(context);
      if (holds === decisive) return decisive;
      if (holds === undefined) isUnknown = true;
    }
    return isUnknown ? undefined : !decisive;
  };
}
