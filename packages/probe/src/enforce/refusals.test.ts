import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GuardPolicy, GuardTarget } from './policy.ts';
import { refusals } from './refusals.ts';

const able = { obstacles: {}, cgroupRoot: '/sys/fs/cgroup' };

test('what can be enforced is not refused', () => {
  const policy: GuardPolicy = {
    programs: {
      allowed: [
        '/bin/etcd',
        { path: '/bin/sh', as: ['interpreter'] },
        { file: '/opt/tool' },
        '/lib/ld-linux.so.2',
      ],
      mappings: 'listed',
    },
    forbiddenCalls: ['mount', 'ptrace'],
    connections: {
      otherwise: 'deny',
      rules: [{ verdict: 'allow', network: '10.0.0.0/8', ports: [1, 65535] }],
    },
    opens: { forbidden: ['/etc/shadow', '/var/run/secrets/'] },
  };
  assert.deepEqual(refusals(policy, able, { cgroup: 'kubepods' }), []);
});

test('each fault is told in a sentence', () => {
  const cases: [GuardPolicy, RegExp][] = [
    [{ programs: { allowed: ['bin/etcd'] } }, /bin\/etcd is not an absolute path/],
    [{ programs: { allowed: ['/bin/../etcd'] } }, /not written the short way/],
    [{ programs: { allowed: [`/${'x'.repeat(250)}`] } }, /longer than 250 bytes/],
    [{ programs: { allowed: ['/lib64/ld-linux-x86-64.so.2'] } }, /starts any program/],
    [{ programs: { allowed: [{ file: '/opt/tool' }], refusal: 'deny' } }, /takes paths of the container/],
    [{ forbiddenCalls: ['open_sesame'] }, /no system call open_sesame/],
    [{ connections: { otherwise: 'deny', rules: [{ verdict: 'allow', network: 'db' }] } }, /db is neither/],
    [
      { connections: { otherwise: 'deny', rules: [{ verdict: 'allow', ports: [9, 8] }] } },
      /\[9,8\] are not ports/,
    ],
    [
      { connections: { otherwise: 'deny', rules: [{ verdict: 'allow', ports: 65536 }] } },
      /65536 are not ports/,
    ],
    [{ connections: { otherwise: 'deny', rules: new Array(65).fill({ verdict: 'deny' }) } }, /65 rules/],
    [{ opens: { forbidden: ['etc'] } }, /etc is not an absolute path/],
  ];
  for (const [policy, pattern] of cases) {
    const found = refusals(policy, able);
    assert.equal(found.length, 1, `${pattern}: ${found}`);
    assert.match(found[0], pattern);
  }
});

test('a loader may be listed as a library', () => {
  const allowed = [{ path: '/lib64/ld-linux-x86-64.so.2', as: ['library'] }] as const;
  assert.deepEqual(refusals({ programs: { allowed } }, able), []);
});

test('what this machine lacks is refused with the reason', () => {
  const lacking = {
    obstacles: { scripts: 'no symbols', opens: 'no fanotify' },
    cgroupRoot: '/sys/fs/cgroup',
  };
  const policy: GuardPolicy = {
    programs: { allowed: [], refusal: 'deny' },
    opens: { forbidden: ['/etc/shadow'] },
  };
  assert.deepEqual(refusals(policy, lacking), [
    'a list of programs (its scripts) can not be enforced here: no symbols',
    'denying programs can not be enforced here: no fanotify',
    'forbidding opens can not be enforced here: no fanotify',
  ]);
});

test('what takes a container that runs is refused for those that are expected', () => {
  const policy: GuardPolicy = {
    programs: { allowed: ['/bin/etcd'], refusal: 'deny' },
    opens: { forbidden: ['/etc/shadow'] },
  };
  assert.equal(refusals(policy, able, { expected: 'pod-*' }).length, 2);
  const names: [GuardTarget, RegExp][] = [
    [{ expected: 'a*b*' }, /more than one \*/],
    [{ expected: 'a/b' }, /has a \/ in it/],
    [{ expected: 'x'.repeat(96) }, /longer than 95 bytes/],
  ];
  for (const [target, pattern] of names) assert.match(refusals({}, able, target).join(), pattern);
});
