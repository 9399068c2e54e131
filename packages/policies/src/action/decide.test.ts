import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import fc from 'fast-check';
import {
  etcdContainer,
  etcdFacts,
  facts,
  host,
  own,
  place,
  policyThat,
  webContainer,
  workload,
} from '../testing/facts.ts';
import { decideActions } from './decide.ts';
import type { ActionDecision, OffenceFacts } from './decision.ts';
import type { QuorumVerdict } from './etcd-quorum.ts';
import { createGuardState, type GuardOptions } from './guard-state.ts';
import { defaultNeverTouch } from './never-touch.ts';
import type { PolicyAction } from './wanted.ts';

const kill: PolicyAction = { type: 'kill', place };
const killProcess: PolicyAction = { type: 'kill-process', place };
const pause: PolicyAction = { type: 'pause', forMilliseconds: 300_000, place };
const stop: PolicyAction = { type: 'stop', graceMilliseconds: 10_000, place };
const isolate: PolicyAction = { type: 'isolate', place };
const label: PolicyAction = { type: 'label', labels: { quarantine: 'true' }, place };
const capture: PolicyAction = {
  type: 'capture',
  beforeMilliseconds: 10_000,
  afterMilliseconds: 20_000,
  extent: 'container',
  maximumBytes: 1,
  place,
};

const keeps: QuorumVerdict = { kind: 'keeps', healthy: 3, members: 3 };

function guards(options: Partial<GuardOptions> = {}) {
  const clock = createManualClock(1_800_000_000_000);
  return { clock, state: createGuardState({ own, clock, quorum: () => keeps, ...options }) };
}

function summaryOf(decisions: readonly ActionDecision[]): string[] {
  return decisions.map(
    (decision) => `${decision.kind}: ${decision.outcome === 'planned' ? 'planned' : decision.cause}`,
  );
}

test('an enforcing policy does all that it lists, what ends things first', () => {
  const decisions = decideActions(policyThat([capture, label, isolate, kill]), facts(), guards().state);
  assert.deepEqual(summaryOf(decisions), [
    'kill-container: planned',
    'isolate-pod: planned',
    'label-pod: planned',
    'capture: planned',
  ]);
  const [first] = decisions;
  assert.ok(first?.outcome === 'planned' && first.isImmediate && first.target.kind === 'container');
  assert.equal(first.target.id, webContainer);
  assert.equal(first.key, 'occurrence-1/kill-container');
});

test('an alerting policy captures only, and one in shadow does nothing at all', () => {
  const actions = [kill, capture, label];
  assert.deepEqual(
    summaryOf(decideActions(policyThat(actions, { mode: 'alert' }), facts(), guards().state)),
    ['capture: planned'],
  );
  assert.deepEqual(decideActions(policyThat(actions, { mode: 'shadow' }), facts(), guards().state), []);
});

test('what has no target is refused with the reason', () => {
  const decisions = decideActions(
    policyThat([kill, killProcess, label]),
    facts({ workload: host(), process: undefined }),
    guards().state,
  );
  assert.deepEqual(summaryOf(decisions), [
    'kill-container: no-target',
    'kill-process: no-target',
    'label-pod: no-target',
  ]);
});

const process = (overrides: Partial<NonNullable<OffenceFacts['process']>>) => ({
  ...facts().process!,
  ...overrides,
});

const untouchable: readonly (readonly [string, PolicyAction, OffenceFacts, RegExp])[] = [
  ['Seawall’s own process', killProcess, facts({ process: process({ pid: own.pid }) }), /Seawall itself/],
  ['a process above Seawall', killProcess, facts({ process: process({ pid: 3999 }) }), /Seawall runs below/],
  [
    'Seawall’s own container',
    kill,
    facts({ workload: workload({ container: { ...workload().container!, id: own.containerId! } }) }),
    /the container of Seawall/,
  ],
  [
    'Seawall’s own container by its short id',
    pause,
    facts({ workload: workload({ container: { ...workload().container!, id: 'a'.repeat(12) } }) }),
    /the container of Seawall/,
  ],
  [
    'a cgroup around Seawall',
    kill,
    facts({ cgroups: { unified: '/sys/fs/cgroup/kubepods/pod1', freezer: undefined } }),
    /Seawall itself runs in/,
  ],
  ['pid 1', killProcess, facts({ process: process({ pid: 1 }) }), /pid 1/],
  [
    'a thread of the kernel',
    killProcess,
    facts({ process: process({ pid: 2, isKernelThread: true }) }),
    /kernel/,
  ],
  [
    'the kubelet',
    killProcess,
    facts({ workload: host(), process: process({ executable: '/usr/local/bin/kubelet' }) }),
    /kubelet is never touched/,
  ],
  [
    'a namespace on the list',
    kill,
    facts({ workload: workload({ namespace: 'kube-flannel' }) }),
    /namespace kube-flannel/,
  ],
  [
    'an image on the list',
    kill,
    facts({
      workload: workload({ container: { ...workload().container!, image: 'quay.io/cilium/cilium:1' } }),
    }),
    /cilium/,
  ],
];

for (const [name, action, offence, reason] of untouchable) {
  test(`${name} is never touched`, () => {
    const { state } = guards({
      neverTouch: { ...defaultNeverTouch, namespaces: ['kube-flannel'], images: ['quay.io/cilium/*'] },
    });
    const [decision, ...others] = decideActions(policyThat([action]), offence, state);
    assert.deepEqual(others, []);
    assert.ok(decision?.outcome === 'refused' && decision.cause === 'never-touch');
    assert.match(decision.reason, reason);
  });
}

test('a program in a container gains nothing from a name on the list', () => {
  const offence = facts({ process: process({ executable: '/usr/bin/kubelet', name: 'kubelet' }) });
  assert.deepEqual(summaryOf(decideActions(policyThat([killProcess]), offence, guards().state)), [
    'kill-process: planned',
  ]);
});

const breaking: readonly QuorumVerdict[] = [
  { kind: 'breaks', healthy: 2, members: 3 },
  { kind: 'breaks', healthy: 1, members: 1 },
  { kind: 'unknown', reason: 'no endpoint answers' },
];

for (const verdict of breaking) {
  const name =
    verdict.kind === 'unknown' ? verdict.reason : `${verdict.healthy} of ${verdict.members} are healthy`;

  test(`where ${name}, the offending process is killed in place of etcd’s container`, () => {
    for (const action of [kill, stop, pause, isolate]) {
      const decisions = decideActions(
        policyThat([action]),
        etcdFacts(),
        guards({ quorum: () => verdict }).state,
      );
      assert.equal(decisions.length, 2);
      const [refused, instead] = decisions;
      assert.ok(refused?.outcome === 'refused' && refused.cause === 'quorum');
      assert.ok(instead?.outcome === 'planned' && instead.kind === 'kill-process');
      assert.match(instead.reason, /^in place of /);
    }
  });

  test(`where ${name}, etcd’s own process is not killed either`, () => {
    const etcd = process({ pid: 4900, name: 'etcd', executable: '/usr/local/bin/etcd' });
    const { state } = guards({ quorum: () => verdict });
    const decisions = decideActions(policyThat([kill]), etcdFacts({ process: etcd }), state);
    assert.deepEqual(summaryOf(decisions), ['kill-container: quorum', 'kill-process: quorum']);
  });

  test(`where ${name}, a policy that allows the loss kills, and says so`, () => {
    const { state } = guards({ quorum: () => verdict });
    const [decision] = decideActions(policyThat([kill], { allowsQuorumLoss: true }), etcdFacts(), state);
    assert.ok(decision?.outcome === 'planned' && decision.target.kind === 'container');
    assert.equal(decision.target.id, etcdContainer);
    assert.match(decision.reason, /allows the loss of etcd’s quorum/);
  });
}

test('a member that the cluster can spare is acted on', () => {
  assert.deepEqual(summaryOf(decideActions(policyThat([kill]), etcdFacts(), guards().state)), [
    'kill-container: planned',
  ]);
});

test('labelling an etcd pod costs no quorum', () => {
  const { state } = guards({ quorum: () => ({ kind: 'unknown', reason: 'x' }) });
  assert.deepEqual(summaryOf(decideActions(policyThat([label]), etcdFacts(), state)), ['label-pod: planned']);
});

test('a process that only calls itself etcd is killed', () => {
  const { state } = guards({ quorum: () => ({ kind: 'unknown', reason: 'x' }) });
  const disguised = process({ name: 'etcd', executable: '/tmp/etcd' });
  const elsewhere = decideActions(policyThat([kill]), facts({ process: disguised }), state);
  assert.deepEqual(summaryOf(elsewhere), ['kill-container: planned']);
  const within = decideActions(policyThat([kill]), etcdFacts({ process: disguised }), state);
  assert.deepEqual(summaryOf(within), ['kill-container: quorum', 'kill-process: planned']);
});

test('in an etcd that a wrapper started, a program that was put there is killed, whatever it is called', () => {
  const { state } = guards({ quorum: () => ({ kind: 'unknown', reason: 'x' }) });
  for (const [isPlanted, outcome] of [
    [true, 'kill-process: planned'],
    [false, 'kill-process: quorum'],
  ] as const) {
    const etcd = process({ pid: 4901, name: 'etcd', executable: '/scratch/etcd', isPlanted });
    const offence = etcdFacts({ process: etcd, initExecutable: '/usr/bin/wrapper' });
    assert.deepEqual(summaryOf(decideActions(policyThat([kill]), offence, state)), [
      'kill-container: quorum',
      outcome,
    ]);
  }
});

test('a pod that is passed off as etcd outside of etcd’s namespaces is killed', () => {
  const { state } = guards({ quorum: () => ({ kind: 'unknown', reason: 'x' }) });
  const offence = etcdFacts();
  const elsewhere = { ...offence, workload: { ...offence.workload, namespace: 'shop' } };
  assert.deepEqual(summaryOf(decideActions(policyThat([kill]), elsewhere, state)), [
    'kill-container: planned',
  ]);
});

test('an unconfigured quorum check is unknown, so etcd is not acted on', () => {
  const state = createGuardState({ own, clock: createManualClock(0) });
  const [decision] = decideActions(policyThat([kill]), etcdFacts(), state);
  assert.ok(decision?.outcome === 'refused' && decision.cause === 'quorum');
});

test('one target is left alone for the cool-down, others are not', () => {
  const { state, clock } = guards();
  const act = (pid: number) =>
    summaryOf(decideActions(policyThat([killProcess]), facts({ process: process({ pid }) }), state));
  assert.deepEqual(act(5000), ['kill-process: planned']);
  assert.deepEqual(act(5000), ['kill-process: cool-down']);
  assert.deepEqual(act(5001), ['kill-process: planned']);
  clock.advance(29_999);
  assert.deepEqual(act(5000), ['kill-process: cool-down']);
  clock.advance(1);
  assert.deepEqual(act(5000), ['kill-process: planned']);
});

test('a policy acts no more often than its limit in any stretch of time', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 80 }), (pauses) => {
      const { state, clock } = guards();
      const policy = policyThat([killProcess], { rateLimit: { count: 3, perMilliseconds: 1000 } });
      const acted: number[] = [];
      pauses.forEach((milliseconds, index) => {
        clock.advance(milliseconds);
        const [decision] = decideActions(policy, facts({ process: process({ pid: 6000 + index }) }), state);
        if (decision?.outcome === 'planned') acted.push(clock.now());
        else assert.ok(decision?.outcome === 'refused' && decision.cause === 'rate-limit');
      });
      for (const time of acted) {
        assert.ok(acted.filter((other) => other >= time && other < time + 1000).length <= 3);
      }
    }),
  );
});

test('policies have their limits to themselves', () => {
  const { state } = guards();
  const limited = { rateLimit: { count: 1, perMilliseconds: 60_000 } };
  const act = (name: string, pid: number) =>
    summaryOf(
      decideActions(
        policyThat([killProcess], { ...limited, name }),
        facts({ process: process({ pid }) }),
        state,
      ),
    );
  assert.deepEqual(act('one', 1001), ['kill-process: planned']);
  assert.deepEqual(act('one', 1002), ['kill-process: rate-limit']);
  assert.deepEqual(act('other', 1003), ['kill-process: planned']);
});

test('a dry run plans nothing, and shows what limits would do', () => {
  const { state } = guards();
  const policy = policyThat([kill], { isDryRun: true });
  const [decision] = decideActions(policy, facts(), state);
  assert.ok(decision?.outcome === 'dry-run');
  assert.match(decision.reason, /^dry run/);
  assert.deepEqual(summaryOf(decideActions(policy, facts(), state)), ['kill-container: cool-down']);
});

test('limits and cool-downs survive a restart', () => {
  const before = guards();
  const policy = policyThat([killProcess], { rateLimit: { count: 1, perMilliseconds: 60_000 } });
  decideActions(policy, facts(), before.state);
  const memory = new Map([...before.state.takeChanges()].map(([key, text]) => [key, text!]));
  assert.equal(before.state.takeChanges().size, 0);
  const after = guards({ memory });
  assert.deepEqual(summaryOf(decideActions(policy, facts(), after.state)), ['kill-process: cool-down']);
  const other = facts({ process: process({ pid: 77 }) });
  assert.deepEqual(summaryOf(decideActions(policy, other, after.state)), ['kill-process: rate-limit']);
});

test('a clock that was set back neither blocks nor frees for longer than was meant', () => {
  const before = guards();
  decideActions(policyThat([kill]), facts(), before.state);
  const memory = new Map([...before.state.takeChanges()].map(([key, text]) => [key, text!]));
  const state = createGuardState({
    own,
    clock: createManualClock(1_000_000_000_000),
    quorum: () => keeps,
    memory,
  });
  assert.deepEqual(summaryOf(decideActions(policyThat([kill]), facts(), state)), ['kill-container: planned']);
});
