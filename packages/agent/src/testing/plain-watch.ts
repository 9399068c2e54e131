import assert from 'node:assert/strict';
import { createSyscallCatalogue } from '@seawall/inspector';
import { loadRules, type Rule } from '@seawall/rules';
import { defaultDropPolicy } from '../drops.ts';

const catalogue = createSyscallCatalogue();

/** What tests that are about something else want of a watch. */
export const plainWatchOptions = {
  catalogue,
  isFirstOnly: false,
  isIsoTime: true,
  hostname: 'here',
  containers: [],
  drops: defaultDropPolicy,
} as const;

/** Rules named `Rule N`, one for each condition, with that output; numbered from `first` on. */
export function rulesOf(conditions: readonly string[], output = 'x', first = 0): readonly Rule[] {
  const content = conditions
    .map((condition, index) =>
      [
        `- rule: Rule ${first + index}`,
        `  desc: x`,
        `  condition: ${condition}`,
        `  output: "${output}"`,
        `  priority: INFO\n`,
      ].join('\n'),
    )
    .join('');
  const { ruleSet, files } = loadRules([{ name: 'rules.yaml', content }], [catalogue]);
  assert.ok(ruleSet !== undefined, JSON.stringify(files[0].messages));
  return ruleSet.rules;
}
