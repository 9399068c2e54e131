import assert from 'node:assert/strict';
import { test } from 'node:test';
import { etcdWorkload, workload } from '../testing/facts.ts';
import { groupIdentity } from './group.ts';
import { createOccurrence } from './occurrence.ts';

const policy = {
  name: 'etcd',
  severity: undefined,
  runbook: 'https://wiki.example/etcd',
  mode: 'enforce',
} as const;
const rule = { name: 'Etcd allowed processes', source: 'syscall', priority: 'Error', tags: ['etcd'] };
const output = 'Unauthorized process (ls ) running in (f1600721a783)';

test('the article’s finding is of high severity and its pattern holds no id', () => {
  const group = groupIdentity(policy, rule, etcdWorkload(), output);
  assert.equal(group.severity, 'high');
  assert.equal(group.pattern, 'Unauthorized process (ls ) running in (<id>)');
  assert.equal(group.runbook, policy.runbook);
});

test('other pods of the same owner are in the same group, other owners are not', () => {
  const keyOf = (pod: string) => groupIdentity(policy, rule, workload({ pod }), `Shell in ${pod}`).key;
  assert.equal(keyOf('web-545bc4bfd4-zm282'), keyOf('web-7d9fc6b5c8-xk2lp'));
  assert.equal(keyOf('agent-x7k2p'), keyOf('agent-b2c4d'));
  assert.notEqual(keyOf('web-545bc4bfd4-zm282'), keyOf('shop-545bc4bfd4-zm282'));
});

test('another policy, rule, cluster, container or output makes another group', () => {
  const { key } = groupIdentity(policy, rule, workload(), output);
  const container = { ...workload().container!, name: 'sidecar' };
  for (const other of [
    groupIdentity({ ...policy, name: 'web' }, rule, workload(), output),
    groupIdentity(policy, { ...rule, name: 'Other' }, workload(), output),
    groupIdentity(policy, rule, workload({ cluster: 'test' }), output),
    groupIdentity(policy, rule, workload({ container }), output),
    groupIdentity(policy, rule, workload(), output.replace('ls', 'ps')),
  ]) {
    assert.notEqual(other.key, key);
  }
});

test('the severity follows the rule’s priority unless the policy says otherwise', () => {
  const severities = Object.fromEntries(
    ['Emergency', 'Alert', 'Critical', 'Error', 'Warning', 'Notice', 'Informational', 'Debug'].map(
      (priority) => [priority, groupIdentity(policy, { ...rule, priority }, workload(), output).severity],
    ),
  );
  assert.deepEqual(severities, {
    Emergency: 'high',
    Alert: 'high',
    Critical: 'high',
    Error: 'high',
    Warning: 'medium',
    Notice: 'low',
    Informational: 'info',
    Debug: 'info',
  });
  assert.equal(groupIdentity({ ...policy, severity: 'low' }, rule, workload(), output).severity, 'low');
});

test('an occurrence has the same key whenever the event is read, and another for any other event', () => {
  const match = (event: string) => ({
    event,
    time: 1n,
    output,
    fields: {},
    workload: workload(),
    ancestry: [],
    isStateComplete: true,
  });
  const occurrence = createOccurrence(policy, rule, match('capture.scap 17'));
  assert.equal(createOccurrence(policy, rule, match('capture.scap 17')).key, occurrence.key);
  assert.notEqual(createOccurrence(policy, rule, match('capture.scap 18')).key, occurrence.key);
  assert.notEqual(
    createOccurrence({ ...policy, name: 'b' }, rule, match('capture.scap 17')).key,
    occurrence.key,
  );
  assert.equal(occurrence.mode, 'enforce');
});
