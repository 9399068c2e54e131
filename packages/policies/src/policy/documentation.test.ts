import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { loadRules } from '@seawall/rules';
import { actionTypes } from '../action/action-schema.ts';
import { maskIds } from '../finding/mask.ts';
import { ruleSourcesOf } from '../rule-set/sources.ts';
import { scopeParts } from '../scope/scope.ts';
import { loadPolicyFiles } from './load.ts';
import { policySpecSchema } from './policy-schema.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/policies.md'), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!);

test('every object that the page shows loads', () => {
  assert.ok(blocks.length > 3);
  for (const text of blocks) {
    const { diagnostics, ruleSets } = loadPolicyFiles([{ path: 'docs/policies.md', text }]);
    assert.deepEqual(diagnostics, []);
    const { files } = loadRules(ruleSourcesOf(ruleSets).inline, [createSyscallCatalogue()]);
    assert.deepEqual(
      files.flatMap(({ messages }) => messages),
      [],
    );
  }
});

function tableAfter(heading: string): string[] {
  const section = page
    .slice(page.indexOf(`\n## ${heading}\n`))
    .split('\n## ', 2)
    .join('');
  return [...section.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!),
  );
}

test('the page’s tables name every key, part and action, and no other', () => {
  const sorted = (names: readonly string[]) => names.toSorted();
  assert.deepEqual(sorted(tableAfter('RuntimePolicy')), sorted(Object.keys(policySpecSchema.shape)));
  assert.deepEqual(sorted(tableAfter('Scope')), sorted([...scopeParts, 'host', 'not']));
  assert.deepEqual(sorted(tableAfter('Actions')), sorted(['type', ...actionTypes]));
});

test('the page’s outputs become the patterns beside them', () => {
  const rows = [...page.matchAll(/^\| `(\S.*?)` \| `(.*<\w+>.*?)` \|$/gm)];
  assert.equal(rows.length, 3);
  for (const [, output, pattern] of rows) assert.equal(maskIds(output!), pattern);
});
