import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { loadPolicyFiles, renderDiagnostic, resolvePolicySet, ruleFactsOf } from '@seawall/policies';
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

test('the policies that come with the rules load, run every rule, and begin in shadow', () => {
  const catalogues = [createSyscallCatalogue(), createAuditCatalogue()];
  const ruleFiles = globSync('*.yaml', { cwd: folder }).sort();
  const files = ruleFiles.map((name) => ({ name, content: readFileSync(join(folder, name), 'utf8') }));
  const rules = ruleFactsOf(loadRules(files, catalogues).ruleSet!);
  const policyFiles = globSync('policies/*.yaml', { cwd: folder }).sort();
  const objects = loadPolicyFiles(
    policyFiles.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') })),
  );
  const { set, diagnostics } = resolvePolicySet(objects.policies, {
    ruleSets: objects.ruleSets,
    rules,
    channels: objects.channels.map(({ name }) => name),
  });
  const told = [...objects.diagnostics, ...diagnostics].map(renderDiagnostic);
  // What shadow leaves undone is said on purpose: it is what changing the mode switches on.
  assert.deepEqual(
    told.filter((line) => !/ in mode shadow: /.test(line)),
    [],
  );
  assert.ok(objects.policies.every(({ mode }) => mode === 'shadow'));
  assert.deepEqual(
    rules
      .map(({ name }) => name)
      .filter((name, index) => rules[index]!.isEnabled && !set!.ruleNames.has(name)),
    [],
  );
});
