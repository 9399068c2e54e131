import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EnforcementFacts, findEnforcementSupport } from './support.ts';

const able: EnforcementFacts = {
  obstacle: undefined,
  release: '6.8.0-45-generic',
  helpers: new Set(['ringbuf_output', 'loop', 'find_vma']),
  mounts: 'proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n',
  symbols: 'ffffffff816bb9c0 t ____fput\n',
  configuration: undefined,
};

test('a machine with everything can enforce everything', () => {
  assert.deepEqual(findEnforcementSupport(able), { obstacles: {}, cgroupRoot: '/sys/fs/cgroup' });
  const configuration = '\nCONFIG_CGROUP_BPF=y\nCONFIG_FANOTIFY_ACCESS_PERMISSIONS=y\n';
  assert.deepEqual(findEnforcementSupport({ ...able, configuration }).obstacles, {});
});

test('what stands in the way of all stands in the way of each', () => {
  const cases: [Partial<EnforcementFacts>, RegExp][] = [
    [{ obstacle: 'it takes root' }, /it takes root/],
    [{ mounts: 'cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\n' }, /cgroup v2 is not mounted/],
    [
      { release: '5.15.0', helpers: new Set(['ringbuf_output'] as const) },
      /takes Linux 5\.17 or later, and this is 5\.15\.0, without bpf_loop and bpf_find_vma$/,
    ],
  ];
  for (const [change, pattern] of cases) {
    const { obstacles } = findEnforcementSupport({ ...able, ...change });
    assert.equal(Object.keys(obstacles).length, 6);
    for (const reason of Object.values(obstacles)) assert.match(reason, pattern);
  }
});

test('each thing that is missing stands in the way of what needs it', () => {
  const cases: [Partial<EnforcementFacts>, string, RegExp][] = [
    [{ symbols: '0000000000000000 t ____fput\n' }, 'scripts', /kptr_restrict/],
    [{ configuration: '\nCONFIG_FANOTIFY_ACCESS_PERMISSIONS=y\n' }, 'connections', /CONFIG_CGROUP_BPF/],
    [{ configuration: '\nCONFIG_CGROUP_BPF=y\n' }, 'opens', /ACCESS_PERMISSIONS/],
  ];
  for (const [change, feature, pattern] of cases) {
    const { obstacles } = findEnforcementSupport({ ...able, ...change });
    assert.deepEqual(Object.keys(obstacles), [feature]);
    assert.match(Object.values(obstacles)[0], pattern);
  }
});
