import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { lintRuleSet, loadRules, renderLintFinding, renderLoadMessage } from '@seawall/rules';

const folder = join(import.meta.dirname, '../rules');

test('the rules that come with Seawall load without a word, and no lint warns of them', () => {
  const names = globSync('*.yaml', { cwd: folder }).sort();
  assert.ok(names.length > 0);
  const catalogues = [createSyscallCatalogue(), createAuditCatalogue()];
  const files = names.map((name) => ({ name, content: readFileSync(join(folder, name), 'utf8') }));
  const { files: results, ruleSet } = loadRules(files, catalogues);
  assert.deepEqual(
    results.flatMap(({ messages }) => messages.map(renderLoadMessage)),
    [],
  );
  assert.deepEqual(
    results.map(({ schemaWarnings }) => schemaWarnings),
    names.map(() => ['ok']),
  );
  const findings = lintRuleSet(ruleSet!, catalogues).filter(({ severity }) => severity === 'warning');
  assert.deepEqual(findings.map(renderLintFinding), []);
  for (const { description, output, tags } of ruleSet!.rules) {
    assert.ok(description.length > 20 && output.includes('%') && tags.length > 0);
  }
});
