import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { loadPolicyFiles, resolvePolicySet, ruleFactsOf } from '@seawall/policies';
import { loadRules } from '@seawall/rules';
import type { Workload } from '@seawall/store';
import { policyAnswers } from './policy-answer.ts';

const policy = (name: string, spec: string): string =>
  `---\napiVersion: seawall.dev/v1alpha1\nkind: RuntimePolicy\nmetadata: {name: ${name}}\nspec: {rules: [{name: Shell}], ${spec}}\n`;

const where: Workload = {
  node: 'n',
  cluster: undefined,
  namespace: 'kube-system',
  pod: 'etcd-a',
  podLabels: {},
  container: { id: 'c', name: 'etcd', image: undefined, digest: undefined, labels: {} },
};

test('a policy says what its mode lets it do; those of other places and rules say nothing', () => {
  const content = '- rule: Shell\n  desc: d\n  condition: evt.type = execve\n  output: o\n  priority: INFO\n';
  const { ruleSet } = loadRules([{ name: 'r.yaml', content }], [createSyscallCatalogue()]);
  const actions = 'actions: [{type: kill}, {type: capture}]';
  const text = [
    policy('enforcing', `mode: enforce, scope: {namespaces: [kube-system]}, ${actions}`),
    policy('alerting', `mode: alert, ${actions}`),
    policy('silent', `mode: shadow, ${actions}`),
    policy('trying', `mode: enforce, dryRun: true, ${actions}`),
    policy('elsewhere', `mode: enforce, scope: {namespaces: [shop]}, ${actions}`),
  ].join('');
  const { policies, ruleSets } = loadPolicyFiles([{ path: 'p.yaml', text }]);
  const { set } = resolvePolicySet(policies, {
    ruleSets,
    rules: ruleFactsOf(ruleSet!),
    channels: [],
    canEnforce: () => undefined,
  });
  const told = policyAnswers(set!, where, 'Shell').map(
    (answer) => `${answer.policy} ${answer.mode} ${answer.isDryRun} ${answer.actions}`,
  );
  assert.deepEqual(told, [
    'enforcing enforce false kill,capture',
    'alerting alert false capture',
    'silent shadow false ',
    'trying enforce true kill,capture',
  ]);
  assert.deepEqual(policyAnswers(set!, where, 'Other'), []);
});
