import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { loadRules } from '@seawall/rules';
import { ruleFactsOf } from '../rule-set/rule-facts.ts';
import { ruleSourcesOf } from '../rule-set/sources.ts';
import { scopeVerdict } from '../scope/decision.ts';
import { etcdWorkload, host, workload } from '../testing/facts.ts';
import { loadPolicyFiles } from './load.ts';
import { resolvePolicySet } from './resolve.ts';

const root = join(import.meta.dirname, '../../../..');

function load(path: string, ruleFiles: readonly string[] = []) {
  const objects = loadPolicyFiles([{ path, text: readFileSync(join(root, path), 'utf8') }]);
  const files = ruleFiles.map((name) => ({ name, content: readFileSync(join(root, name), 'utf8') }));
  const catalogues = [createSyscallCatalogue(), createAuditCatalogue()];
  const { ruleSet } = loadRules([...files, ...ruleSourcesOf(objects.ruleSets).inline], catalogues);
  const rules = ruleFactsOf(ruleSet!);
  const { set, diagnostics } = resolvePolicySet(objects.policies, {
    ruleSets: objects.ruleSets,
    rules,
    channels: objects.channels.map(({ name }) => name),
  });
  assert.deepEqual(diagnostics, []);
  return { set: set!, rules };
}

test('the article’s policy holds in etcd’s containers alone, kills them, and tells two channels', () => {
  const { set } = load('examples/policies/etcd.yaml');
  const [policy] = set.policies;
  assert.deepEqual(scopeVerdict(set, etcdWorkload()).applying, [policy]);
  assert.deepEqual(scopeVerdict(set, workload()).applying, []);
  assert.deepEqual(scopeVerdict(set, host()).applying, []);
  assert.deepEqual([...policy!.ruleFacts.keys()], ['Etcd allowed processes']);
  assert.deepEqual(
    policy!.actions.map(({ type }) => type),
    ['capture', 'kill'],
  );
  assert.deepEqual(policy!.channelNames, ['security-email', 'security-slack']);
  assert.equal(policy!.allowsQuorumLoss, true);
});

test('the default policies run every rule of ours, each once', () => {
  const ruleFiles = globSync('rules/*.yaml', { cwd: root }).sort();
  const { set, rules } = load('examples/policies/default.yaml', ruleFiles);
  for (const { name } of rules.filter(({ isEnabled }) => isEnabled)) {
    assert.equal(set.policiesByRule.get(name)?.length, 1, name);
  }
});
