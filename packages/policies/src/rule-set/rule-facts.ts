import type { RuleSet } from '@seawall/rules';
import type { RuleFacts } from './rule-set.ts';

/** What policies need to know of the rules that were loaded. */
export function ruleFactsOf({ rules }: RuleSet): readonly RuleFacts[] {
  return rules.map(({ name, source, priority, tags, isEnabled, definition }) => ({
    name,
    source,
    priority,
    tags,
    isEnabled,
    file: definition.context.file.name,
  }));
}
