import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GuardPolicy, refusals } from '@seawall/probe';
import { place } from '../testing/facts.ts';
import { deniedThings } from './deny.ts';
import type { DenyAction } from './wanted.ts';

const everything: DenyAction = {
  type: 'deny',
  programsOtherThan: ['/usr/local/bin/etcd'],
  calls: ['ptrace'],
  ports: [10_250],
  files: ['/etc/shadow', '/root/'],
  place,
};

test('what a policy denies is what the probe’s guards understand', () => {
  const policy: GuardPolicy = deniedThings(everything, false);
  assert.deepEqual(refusals(policy, { obstacles: {}, cgroupRoot: '/sys/fs/cgroup' }), []);
  assert.deepEqual(policy, {
    programs: { allowed: ['/usr/local/bin/etcd'] },
    forbiddenCalls: ['ptrace'],
    connections: { otherwise: 'allow', rules: [{ verdict: 'deny', ports: 10_250 }] },
    opens: { forbidden: ['/etc/shadow', '/root/'] },
    isReportOnly: false,
  });
});

test('what is left out is not restricted, and a dry run stops nothing', () => {
  const only: DenyAction = { ...everything, programsOtherThan: undefined, ports: [], files: [] };
  assert.deepEqual(deniedThings(only, true), { forbiddenCalls: ['ptrace'], isReportOnly: true });
});

test('what the kernel lacks, and calls that don’t exist, are refused with reasons', () => {
  const support = { obstacles: { opens: 'no fanotify' }, cgroupRoot: '/sys/fs/cgroup' };
  const found = refusals(deniedThings({ ...everything, calls: ['ptrase'] }, false), support);
  assert.equal(found.length, 2);
});
