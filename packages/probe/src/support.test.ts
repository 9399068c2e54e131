import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSupport, type MachineFacts } from './support.ts';

const able: MachineFacts = {
  platform: 'linux',
  architecture: 'x64',
  capabilities: 1n << 21n,
  hasTypes: true,
  tracepoints: '/tracing',
};

test('a machine with everything is supported, with all capabilities or just the two that it takes', () => {
  assert.deepEqual(findSupport(able), { isSupported: true, tracepoints: '/tracing' });
  const narrow = { ...able, capabilities: (1n << 38n) | (1n << 39n) };
  assert.equal(findSupport(narrow).isSupported, true);
});

test('each thing that is missing gives one reason', () => {
  const cases: [Partial<MachineFacts>, RegExp][] = [
    [{ platform: 'darwin' }, /runs darwin/],
    [{ architecture: 'ia32' }, /not ia32/],
    [{ capabilities: 1n << 39n }, /takes root/],
    [{ hasTypes: false }, /CONFIG_DEBUG_INFO_BTF/],
    [{ tracepoints: undefined }, /mount -t tracefs/],
  ];
  for (const [change, pattern] of cases) {
    const support = findSupport({ ...able, ...change });
    assert.ok(!support.isSupported);
    assert.match(support.reason, pattern);
  }
});
