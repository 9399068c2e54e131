import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCapture } from '@seawall/events';
import { createSyscallCatalogue } from '@seawall/inspector';
import { loadRules, type Rule } from '@seawall/rules';
import { defaultDropPolicy } from '../drops.ts';
import { createSectionsWatch } from './watch-sections.ts';

const capture = join(import.meta.dirname, '../../../../examples/control-plane/attack.scap.gz');
const catalogue = createSyscallCatalogue();

function rulesNamed(name: string): readonly Rule[] {
  const content = `
- rule: ${name}
  desc: Opens of files by anybody.
  condition: evt.type in (open, openat, openat2) and proc.name != nobody
  output: "%evt.num"
  priority: NOTICE
`;
  const { ruleSet, files } = loadRules([{ name, content }], [catalogue]);
  assert.ok(ruleSet !== undefined, JSON.stringify(files));
  return ruleSet.rules;
}

/** Numbers of events by the rule that matched them, with the rules replaced after every so many batches. */
async function numbersWith(replaceEvery: number): Promise<Map<string, string[]>> {
  const numbers = new Map<string, string[]>();
  let batches = 0;
  let replaced = 0;
  const watch = createSectionsWatch({
    catalogue,
    rules: rulesNamed('set 0'),
    containers: [],
    drops: defaultDropPolicy,
    isFirstOnly: false,
    isIsoTime: false,
    hostname: 'node',
    onAlert({ rule, message }) {
      const known = numbers.get(rule);
      if (known === undefined) numbers.set(rule, [message]);
      else known.push(message);
    },
    onProgress() {
      batches += 1;
      if (batches % replaceEvery !== 0) return;
      replaced += 1;
      watch.replaceRules(rulesNamed(`set ${replaced}`));
    },
  });
  await watch.run(readCapture(capture), () => 0);
  return numbers;
}

test('while rules are replaced again and again, each event meets exactly one set', async () => {
  const [[, all]] = await numbersWith(Number.POSITIVE_INFINITY);
  const byRule = await numbersWith(1);
  assert.ok(byRule.size > 3, `${byRule.size} sets saw events`);
  assert.deepEqual([...byRule.values()].flat(), all);
});
