import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadPolicyFiles, type PolicySet, resolvePolicySet } from '@seawall/policies';
import type { Guard, GuardPolicy, GuardTarget, Violation } from '@seawall/probe';
import type { Workload } from '@seawall/store';
import { createGuardKeeper, type GuardKeeper } from './guard-keeper.ts';

const ID = 'c'.repeat(64);

/** By the first guard. */
const BROKEN: Violation = {
  ...{ guard: 1, reason: 'call', outcome: 'ended', timestamp: 0n, pid: 7, thread: 7, comm: 'x' },
  ...{ cgroup: 1n, call: 'ptrace' },
};

function policySet(text: string): PolicySet {
  const objects = loadPolicyFiles([{ path: 'test.yaml', text }]);
  const { set, diagnostics } = resolvePolicySet(objects.policies, {
    ...{ ruleSets: [], rules: [], channels: [] },
    canEnforce: () => undefined,
  });
  assert.ok(set, JSON.stringify(diagnostics));
  return set;
}

function denial(name: string, scope: string, deny: string): string {
  return `apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: ${name} }
spec:
  scope: ${scope}
  rules: [{ name: '*' }]
  mode: enforce
  actions: [{ type: deny, ${deny} }]
`;
}

function workload(podLabels: Workload['podLabels'], image?: string): Workload {
  return {
    ...{ node: 'node-1', cluster: undefined, namespace: 'shop', pod: 'web', podLabels },
    container: { id: ID, name: 'web', image, digest: undefined, labels: {} },
  };
}

interface Kernel {
  /** What is in force, by the name or cgroup that it is about. */
  readonly inForce: Map<string, GuardPolicy>;
  readonly log: string[];
  /** Cgroups that the kernel was told are containers'. */
  readonly containers: string[];
  readonly keeper: GuardKeeper;
  /** The container's cgroup comes, with nobody in it. */
  makeCgroup(): void;
}

/** A keeper over a kernel that only notes what it is told. */
async function withKeeper(
  policies: string,
  use: (kernel: Kernel) => Promise<void>,
  isRootUnknown = false,
): Promise<void> {
  const cgroupRoot = mkdtempSync(join(tmpdir(), 'seawall-guards-'));
  const inForce = new Map<string, GuardPolicy>();
  const log: string[] = [];
  const containers: string[] = [];
  let count = 0;
  const keeper = createGuardKeeper({
    enforcement: {
      async guard(target: GuardTarget, policy: GuardPolicy): Promise<Guard> {
        const name = 'expected' in target ? target.expected : target.cgroup;
        const check = ({ programs }: GuardPolicy): void => {
          if (isRootUnknown && 'cgroup' in target && programs !== undefined) throw rootUnknown();
        };
        check(policy);
        inForce.set(name, policy);
        count += 1;
        return {
          id: count,
          notes: [],
          async replace(next) {
            check(next);
            inForce.set(name, next);
          },
          release: async () => void inForce.delete(name),
        };
      },
      noteContainer: (cgroup: string) => void containers.push(cgroup),
    },
    cgroupRoot,
    outside: { mount: 0, pid: 0, root: { dev: 0, ino: 0 } },
    untouchable: () => undefined,
    log: (_level, message) => log.push(message),
  });
  try {
    await keeper.replace(policySet(policies), 1);
    await use({ inForce, log, containers, keeper, makeCgroup: () => mkdirSync(join(cgroupRoot, ID)) });
  } finally {
    rmSync(cgroupRoot, { recursive: true, force: true });
  }
}

function rootUnknown(): Error {
  return Object.assign(new Error('no root'), {
    name: 'SeawallError',
    code: 'probe/ROOT_UNKNOWN',
    details: {},
  });
}

const EXPECTED = [ID, `*-${ID}.scope`];

test('a container of which more will be known is expected where that can make no difference', () =>
  withKeeper(denial('p', '{ namespaces: [shop] }', 'calls: [ptrace]'), async ({ keeper, inForce }) => {
    await keeper.describe(workload({}), false);
    assert.deepEqual([...inForce.keys()], EXPECTED);
  }));

test('where it can, the container is expected once all is known', () =>
  withKeeper(
    denial('p', '{ namespaces: [shop], not: { podLabels: { tier: test } } }', 'calls: [ptrace]'),
    async ({ keeper, inForce }) => {
      await keeper.describe(workload({}), false);
      assert.deepEqual([...inForce.keys()], []);
      await keeper.describe(workload({ tier: 'test' }), true);
      assert.deepEqual([...inForce.keys()], []);
      await keeper.describe(workload({ tier: 'shop' }), true);
      assert.deepEqual([...inForce.keys()], EXPECTED);
    },
  ));

test('what is expected follows what becomes known, before there is a cgroup and after', () =>
  withKeeper(
    [
      denial('all', '{ namespaces: [shop] }', 'calls: [ptrace]'),
      denial('some', '{ images: ["*/etcd"] }', 'calls: [mount]'),
    ].join('---\n'),
    async ({ keeper, inForce, log, makeCgroup }) => {
      const callsOf = (name: string): readonly string[] | undefined => inForce.get(name)?.forbiddenCalls;
      await keeper.describe(workload({}), false);
      assert.deepEqual(EXPECTED.map(callsOf), [['ptrace'], ['ptrace']]);
      await keeper.describe(workload({}, 'quay.io/coreos/etcd'), true);
      assert.deepEqual(EXPECTED.map(callsOf), [
        ['ptrace', 'mount'],
        ['ptrace', 'mount'],
      ]);
      makeCgroup();
      await keeper.describe(workload({ tier: 'x' }, 'quay.io/coreos/etcd'), true);
      assert.deepEqual([...inForce.keys()], [`/${ID}`]);
      assert.deepEqual(callsOf(`/${ID}`), ['ptrace', 'mount']);
      assert.deepEqual(log, [], 'it was expected: it did not begin before its guard');
    },
  ));

test('what breaks a guard is told with what is known of the container by then, also once it is gone', () =>
  withKeeper(denial('p', '{ namespaces: [shop] }', 'calls: [ptrace]'), async ({ keeper }) => {
    const known = workload({ tier: 'shop' }, 'quay.io/coreos/etcd');
    await keeper.describe(workload({}), false);
    const guarded = keeper.guarded(BROKEN);
    assert.equal(guarded?.container.isComplete, false);
    await keeper.describe(known, true);
    assert.deepEqual(guarded.container.workload, known);
    assert.equal(guarded.container.isComplete, true);
    await keeper.forget(ID.slice(0, 12));
    assert.deepEqual(keeper.guarded(BROKEN)?.container.workload, known);
  }));

test('of a container that is gone nothing more is on its way', () =>
  withKeeper(denial('p', '{ namespaces: [shop] }', 'calls: [ptrace]'), async ({ keeper }) => {
    await keeper.describe(workload({}), false);
    const guarded = keeper.guarded(BROKEN);
    await keeper.forget(ID.slice(0, 12));
    assert.equal(guarded?.container.isComplete, true);
  }));

test('a container that is told of when it runs already may have begun before its guard, and that is said', () =>
  withKeeper(
    denial('p', '{ namespaces: [shop] }', 'calls: [ptrace]'),
    async ({ keeper, log, makeCgroup }) => {
      makeCgroup();
      await keeper.describe(workload({}), true);
      assert.deepEqual(log, [
        `the container ${ID.slice(0, 12)} (web/web) may have begun before its guard was set`,
      ]);
    },
  ));

test('the kernel is told once which cgroups are containers’, guarded or not', () =>
  withKeeper(
    denial('p', '{ namespaces: [elsewhere] }', 'calls: [ptrace]'),
    async ({ keeper, containers, inForce, makeCgroup }) => {
      await keeper.describe(workload({}), true);
      makeCgroup();
      await keeper.look();
      await keeper.look();
      assert.deepEqual(containers, [`/${ID}`]);
      assert.deepEqual([...inForce.keys()], []);
    },
  ));

test('where a container’s files begin nobody knows, calls are denied all the same, and the rest is told once', () =>
  withKeeper(
    denial('p', '{ namespaces: [shop] }', 'programsOtherThan: [/bin/web], calls: [ptrace]'),
    async ({ keeper, inForce, log, makeCgroup }) => {
      makeCgroup();
      await keeper.describe(workload({}), true);
      await keeper.look();
      assert.deepEqual(inForce.get(`/${ID}`)?.forbiddenCalls, ['ptrace']);
      assert.deepEqual(inForce.get(`/${ID}`)?.programs, undefined);
      assert.deepEqual(
        log.filter((line) => line.includes('no root')),
        [`the container ${ID.slice(0, 12)} (web/web) could not be guarded: no root`],
      );
    },
    true,
  ));
