import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPolicyFiles, type PolicySet, resolvePolicySet } from '@seawall/policies';
import type { Violation } from '@seawall/probe';
import type { Workload } from '@seawall/store';
import fc from 'fast-check';
import { policiesBrokenBy, type WantedGuard, wantedGuard } from './wanted-guard.ts';

interface Wish {
  readonly programs?: readonly string[];
  readonly calls?: readonly string[];
  readonly ports?: readonly number[];
  readonly files?: readonly string[];
  readonly mode?: 'shadow' | 'alert' | 'enforce';
  readonly isDryRun?: boolean;
  readonly namespace?: string;
}

/** Policies p0, p1 ... */
function policySet(wishes: readonly Wish[]): PolicySet {
  const text = wishes
    .map((wish, index) =>
      JSON.stringify({
        apiVersion: 'seawall.dev/v1alpha1',
        kind: 'RuntimePolicy',
        metadata: { name: `p${index}` },
        spec: {
          scope: { namespaces: [wish.namespace ?? 'shop'] },
          rules: [{ name: '*' }],
          mode: wish.mode ?? 'enforce',
          dryRun: wish.isDryRun ?? false,
          actions: [
            {
              type: 'deny',
              ...(wish.programs && { programsOtherThan: wish.programs }),
              ...(wish.calls?.length && { calls: wish.calls }),
              ...(wish.ports?.length && { ports: wish.ports }),
              ...(wish.files?.length && { files: wish.files }),
            },
          ],
        },
      }),
    )
    .join('\n---\n');
  const objects = loadPolicyFiles([{ path: 'test.yaml', text }]);
  assert.ok(
    objects.diagnostics.every(({ severity }) => severity === 'warning'),
    text,
  );
  const { set, diagnostics } = resolvePolicySet(objects.policies, {
    ...{ ruleSets: [], rules: [], channels: [] },
    canEnforce: () => undefined,
  });
  assert.ok(set, JSON.stringify(diagnostics));
  return set;
}

const workload: Workload = {
  ...{ node: 'node-1', cluster: undefined, namespace: 'shop', pod: 'web', podLabels: {} },
  container: { id: 'c'.repeat(64), name: 'web', image: undefined, digest: undefined, labels: {} },
};

function guardOf(...wishes: readonly Wish[]): WantedGuard | undefined {
  return wantedGuard(policySet(wishes), workload, true);
}

function violation(facts: Partial<Violation>): Violation {
  return {
    ...{ guard: 1, reason: 'not-listed', outcome: 'ended', timestamp: 0n, pid: 7, thread: 7, comm: 'x' },
    ...{ cgroup: 1n, ...facts },
  };
}

function file(path: string): NonNullable<Violation['file']> {
  return { path, device: 1, inode: 1n };
}

function namesOf(wanted: WantedGuard | undefined, facts: Partial<Violation>): readonly string[] {
  assert.ok(wanted);
  return policiesBrokenBy(wanted, violation(facts)).map(({ policy }) => policy.name);
}

test('a container that no policy denies anything has no guard', () => {
  assert.equal(guardOf({ calls: ['ptrace'], namespace: 'elsewhere' }), undefined);
});

test('policies together allow what all of them allow', () => {
  const programs = fc.subarray(['/a', '/b', '/c', '/d'], { minLength: 1 });
  const wish = fc.record(
    {
      programs,
      calls: fc.subarray(['mount', 'ptrace', 'setns']),
      ports: fc.subarray([22, 80, 443]),
      files: fc.subarray(['/etc/shadow', '/root/']),
    },
    { requiredKeys: ['calls'] },
  );
  fc.assert(
    fc.property(fc.array(wish, { minLength: 1, maxLength: 4 }), (found) => {
      // A `deny` of nothing is no policy.
      const wishes = found.map((one) => ({ ...one, calls: ['reboot', ...(one.calls ?? [])] }));
      const guard = guardOf(...wishes)?.guard;
      assert.ok(guard && !guard.isReportOnly);
      const lists = wishes.flatMap((one) => (one.programs === undefined ? [] : [one.programs]));
      const allowed = guard.programs?.allowed;
      assert.equal(allowed === undefined, lists.length === 0);
      for (const path of ['/a', '/b', '/c', '/d']) {
        assert.equal(
          allowed?.includes(path) ?? true,
          lists.every((list) => list.includes(path)),
        );
      }
      assert.deepEqual(new Set(guard.forbiddenCalls), new Set(wishes.flatMap(({ calls }) => calls)));
      assert.deepEqual(
        new Set(guard.connections?.rules.map(({ ports }) => ports)),
        new Set(wishes.flatMap(({ ports = [] }) => ports)),
      );
      assert.deepEqual(new Set(guard.opens?.forbidden), new Set(wishes.flatMap(({ files = [] }) => files)));
    }),
    { numRuns: 50 },
  );
});

test('a dry run tells and stops nothing, and says nothing where another policy enforces', () => {
  const alone = guardOf({ calls: ['mount'], isDryRun: true });
  assert.equal(alone?.guard.isReportOnly, true);
  const both = guardOf({ calls: ['mount'], isDryRun: true }, { calls: ['ptrace'] });
  assert.equal(both?.guard.isReportOnly, false);
  assert.deepEqual(both?.guard.forbiddenCalls, ['ptrace']);
});

test('policies that do not enforce set no guard', () => {
  for (const mode of ['alert', 'shadow'] as const)
    assert.equal(guardOf({ calls: ['mount'], mode }), undefined);
});

test('a denial counts for the policies that it breaks', () => {
  const wanted = guardOf(
    { programs: ['/a', '/b'], files: ['/root/'] },
    { programs: ['/a'], files: ['/etc/shadow'] },
    { calls: ['mount'], ports: [22] },
  );
  assert.deepEqual(namesOf(wanted, { file: file('/b') }), ['p1']);
  assert.deepEqual(namesOf(wanted, { file: file('/x') }), ['p0', 'p1']);
  assert.deepEqual(namesOf(wanted, { reason: 'changed', file: file('/a') }), ['p0', 'p1']);
  assert.deepEqual(namesOf(wanted, { reason: 'call', call: 'mount' }), ['p2']);
  const destination = { address: '10.0.0.1', port: 22, protocol: 'tcp' } as const;
  assert.deepEqual(namesOf(wanted, { reason: 'connection', destination }), ['p2']);
  assert.deepEqual(namesOf(wanted, { reason: 'open', file: file('/root/x') }), ['p0']);
  assert.deepEqual(namesOf(wanted, { reason: 'open', file: file('/another/name') }), ['p0', 'p1']);
});
