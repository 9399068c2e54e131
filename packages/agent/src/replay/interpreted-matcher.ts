import { type BoundCondition, interpret } from '@seawall/rules';
import type { Matcher } from './matcher.ts';

/** What evaluating needs of a rule. */
export interface MatchableRule<Context> {
  readonly bound: BoundCondition<Context>;
  /** The event types that the condition can match; undefined where the source has one type only, number 0. */
  readonly eventTypes: readonly number[] | undefined;
}

export interface MatcherOptions {
  /** Event types lie below it. */
  readonly typeCount: number;
  /** Whether the first rule that matches ends the search. */
  readonly isFirstOnly: boolean;
}

const ONLY_TYPE: readonly number[] = [0];

/** Evaluates rules with the plain interpreter: for each event those that can match its type, in their order. */
export function createInterpretedMatcher<Context>(
  rules: readonly MatchableRule<Context>[],
  { typeCount, isFirstOnly }: MatcherOptions,
): Matcher<Context> {
  const tests = rules.map(({ bound }) => interpret(bound));
  const matches = new Int32Array(rules.length);
  const wanted = new Uint8Array(typeCount);
  const rulesByType: number[][] = Array.from({ length: typeCount }, () => []);
  rules.forEach(({ eventTypes = ONLY_TYPE }, index) => {
    for (const type of eventTypes) {
      if (type >= typeCount) continue;
      wanted[type] = 1;
      rulesByType[type].push(index);
    }
  });
  return {
    wanted,
    matches,
    isOpen: (_context, eventType) => wanted[eventType] !== 0,
    isRuledOut: (_context, eventType) => wanted[eventType] === 0,
    evaluate(context, eventType) {
      const candidates = rulesByType[eventType];
      let count = 0;
      for (let index = 0; index < candidates.length; index += 1) {
        const rule = candidates[index];
        if (!tests[rule](context)) continue;
        matches[count] = rule;
        count += 1;
        if (isFirstOnly) break;
      }
      return count;
    },
  };
}
