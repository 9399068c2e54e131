import { canonicalText } from '../condition/text.ts';
import type { Condition } from '../condition/tree.ts';
import type { Rule } from '../rule-set.ts';
import { defineLint } from './finding.ts';

/** Where only the first match counts (Falco's default), a rule that asks for more than one before it never fires. */
export const shadowedRule = defineLint({
  id: 'shadowed-rule',
  description: 'a rule that fires only where an earlier one does',
  severity: 'note',
  messages: {
    same: "this rule has the same condition as '{other}' before it",
    narrower:
      "this rule fires only where '{other}' before it does, so it never fires where the first match counts",
  },
  check({ rule, ruleSet }) {
    const own = conjunctsOf(rule);
    for (const other of ruleSet.rules) {
      if (other === rule) break;
      if (other.source !== rule.source || !other.isEnabled || !rule.isEnabled) continue;
      const wanted = conjunctsOf(other);
      if (![...wanted].every((text) => own.has(text))) continue;
      const isSame = wanted.size === own.size;
      return [
        {
          message: isSame ? 'same' : 'narrower',
          details: { other: other.name },
          node: undefined,
          hint: isSame ? 'take one of them out' : 'let all matching rules count, or put this one first',
        },
      ];
    }
    return [];
  },
});

const known = new WeakMap<Rule, ReadonlySet<string>>();

function conjunctsOf(rule: Rule): ReadonlySet<string> {
  let conjuncts = known.get(rule);
  if (conjuncts === undefined) {
    conjuncts = new Set(flatten(rule.condition).map(canonicalText));
    known.set(rule, conjuncts);
  }
  return conjuncts;
}

function flatten(condition: Condition): readonly Condition[] {
  return condition.kind === 'and' ? condition.children.flatMap(flatten) : [condition];
}
