import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findSupport, holdsText, type MachineFacts } from './support.ts';

const able: MachineFacts = {
  platform: 'linux',
  architecture: 'x64',
  capabilities: 1n << 21n,
  hasTypes: true,
  helpers: new Set(['ringbuf_output', 'loop', 'find_vma']),
  tracepoints: '/tracing',
};

test('a machine with everything is supported, with all capabilities or just the two that it takes', () => {
  assert.deepEqual(findSupport(able), { isSupported: true, tracepoints: '/tracing' });
  const narrow = { ...able, capabilities: (1n << 38n) | (1n << 39n) };
  assert.equal(findSupport(narrow).isSupported, true);
});

test('a kernel that hands records over is enough', () => {
  assert.equal(findSupport({ ...able, helpers: new Set(['ringbuf_output']) }).isSupported, true);
});

test('each thing that is missing gives one reason', () => {
  const cases: [Partial<MachineFacts>, RegExp][] = [
    [{ platform: 'darwin' }, /runs darwin/],
    [{ architecture: 'ia32' }, /not ia32/],
    [{ capabilities: 1n << 39n }, /takes root/],
    [{ hasTypes: false }, /CONFIG_DEBUG_INFO_BTF/],
    [{ helpers: new Set() }, /Linux 5\.8 or later/],
    [{ tracepoints: undefined }, /mount -t tracefs/],
  ];
  for (const [change, pattern] of cases) {
    const support = findSupport({ ...able, ...change });
    assert.ok(!support.isSupported);
    assert.match(support.reason, pattern);
  }
});

test('a text is found in a file wherever it lies, across the pieces in which that is read too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-support-'));
  try {
    const path = join(folder, 'types');
    for (const start of [0, 1, 65_530, 65_535, 65_536, 131_060, 200_000]) {
      const bytes = Buffer.alloc(start + 20 + (start % 7), 'BPF_');
      writeFileSync(path, bytes);
      assert.equal(holdsText(path, 'BPF_FUNC_loop\0'), false);
      bytes.write('BPF_FUNC_loop\0', start);
      writeFileSync(path, bytes);
      assert.equal(holdsText(path, 'BPF_FUNC_loop\0'), true, `at ${start}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
