import { canonicalText } from '../condition/text.ts';
import { macroOf, type Rule, type RuleSet } from '../rule-set.ts';
import { defineLint } from './finding.ts';
import type { Literal } from './literal.ts';
import { refute } from './prove.ts';

/** A rule whose parts exclude each other never fires, which nobody notices. */
export const neverTrue = defineLint({
  id: 'never-true',
  description: 'a condition that can never hold',
  severity: 'warning',
  messages: {
    contradiction: 'this rule can never fire: {first} and {second} exclude each other',
    noEvent: 'this rule can never fire: no event is of all the types that it asks for',
  },
  check({ rule, ruleSet, catalogue }) {
    const refutation = refute(rule.condition, false, catalogue);
    if (refutation !== undefined) {
      const { first, second } = refutation;
      return [
        {
          message: 'contradiction',
          details: { first: tell(first, rule, ruleSet), second: tell(second, rule, ruleSet) },
          node: second.node,
          hint: `take one of them out, or keep the rule disabled if that is what it is for`,
        },
      ];
    }
    if (rule.eventTypes?.length !== 0) return [];
    return [
      {
        message: 'noEvent',
        details: {},
        node: undefined,
        hint: 'join the tests of evt.type with or, or take one of them out',
      },
    ];
  },
});

function tell({ node, isNegated }: Literal, rule: Rule, ruleSet: RuleSet): string {
  const macro = macroOf(ruleSet, rule, node);
  const text = `'${isNegated ? 'not ' : ''}${shorten(canonicalText(node))}'`;
  return macro === undefined ? text : `${text} (from macro ${macro})`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
