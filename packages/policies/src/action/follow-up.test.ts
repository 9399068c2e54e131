import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineErrors } from '@seawall/base';
import { facts, own, place, policyThat, webContainer } from '../testing/facts.ts';
import { decideActions } from './decide.ts';
import type { PlannedAction } from './decision.ts';
import type { ActionOutcome, ContainerActions, PodActions } from './executors.ts';
import { createFollowUp } from './follow-up.ts';
import { createGuardState } from './guard-state.ts';
import { recordOfDecision, recordOfOutcome } from './record.ts';
import { undoAction } from './undo.ts';
import type { PolicyAction } from './wanted.ts';

const kubeErrors = defineErrors('kube', {
  CONTAINER_NOT_RUNNING: 'it is not running',
  CONTAINER_ALREADY_SO: 'it is running already',
  CONTAINER_NOT_FOUND: 'it is not there',
  RUNTIME_REFUSED: 'the runtime says no',
});

/** A runtime that writes down what it is asked, and answers with an error where it is told to. */
function runtimeThat(
  answers: Readonly<Record<string, Error>> = {},
  actions = ['pause', 'unpause', 'stop', 'kill'],
) {
  const asked: string[] = [];
  const answer = async (name: string, ...details: readonly unknown[]): Promise<void> => {
    asked.push([name, ...details].join(' '));
    if (answers[name] !== undefined) throw answers[name];
  };
  const runtime: ContainerActions = {
    kind: 'containerd',
    actions: new Set(actions) as ContainerActions['actions'],
    pause: () => answer('pause'),
    unpause: () => answer('unpause'),
    stop: (_, graceSeconds) => answer('stop', graceSeconds),
    kill: (_, signal) => answer('kill', signal),
  };
  return { asked, runtime };
}

/** An API server with one pod, that writes down what it is asked. */
function podsThat(labels: Readonly<Record<string, string>>, wasIsolated = false) {
  const asked: string[] = [];
  const pod = { name: 'web', namespace: 'shop', uid: '1', node: 'node-1', ip: '10.0.0.7', labels };
  const pods: PodActions = {
    get: async () => pod,
    async label(namespace, name, wanted) {
      asked.push(`label ${namespace}/${name} ${JSON.stringify(wanted)}`);
      return pod;
    },
    async isolate(namespace, name) {
      asked.push(`isolate ${namespace}/${name}`);
      return { wasIsolated, stillAllowedBy: ['allow-dns'] };
    },
    async release(namespace, name) {
      asked.push(`release ${namespace}/${name}`);
      return true;
    },
  };
  return { asked, pods };
}

function plan(action: PolicyAction): PlannedAction {
  const [decision] = decideActions(policyThat([action]), facts(), createGuardState({ own }));
  assert.ok(decision?.outcome === 'planned');
  return decision;
}

const NOW = 2_000_000_000n;

function followUp(runtime: ContainerActions | undefined, pods?: PodActions, last?: ActionOutcome) {
  return createFollowUp({
    runtimeOf: async () => runtime,
    pods,
    immediate: { perform: () => last },
    now: () => NOW,
  });
}

function undoing(runtime: ContainerActions | undefined, pods?: PodActions) {
  return { runtimeOf: async () => runtime, pods, now: () => NOW, actor: 'user ada' };
}

const kill = plan({ type: 'kill', place });
const pause = plan({ type: 'pause', forMilliseconds: 5000, place });
const stop = plan({ type: 'stop', graceMilliseconds: 1500, place });
const label = plan({ type: 'label', labels: { quarantine: 'true' }, place });
const isolate = plan({ type: 'isolate', place });
const killed: ActionOutcome = { result: 'done', detail: 'killed by cgroup.kill', undo: undefined };

test('a kill of the hot loop is told to the runtime, which may know of it already', async () => {
  const { runtime, asked } = runtimeThat({ kill: kubeErrors.create('CONTAINER_NOT_RUNNING') });
  const outcome = await followUp(runtime).follow(kill, killed);
  assert.deepEqual(asked, ['kill SIGKILL']);
  assert.equal(outcome.result, 'done');
  assert.equal(outcome.detail, 'killed by cgroup.kill, confirmed by containerd');
});

test('what the hot loop could not do, the runtime does', async () => {
  const { runtime } = runtimeThat();
  assert.equal((await followUp(runtime).follow(kill, undefined)).detail, 'killed by containerd');
  const failed: ActionOutcome = { result: 'failed', detail: 'EBUSY', undo: undefined };
  assert.equal((await followUp(runtime).follow(kill, failed)).result, 'done');
});

test('a runtime that can not kill outright stops without grace', async () => {
  const { runtime, asked } = runtimeThat({}, ['stop']);
  await followUp(runtime).follow(kill, undefined);
  assert.deepEqual(asked, ['stop 0']);
});

test('what the hot loop refused is not done behind its back', async () => {
  const { runtime, asked } = runtimeThat();
  const refused: ActionOutcome = { result: 'refused', detail: 'pid 1', undo: undefined };
  assert.equal(await followUp(runtime).follow(kill, refused), refused);
  assert.deepEqual(asked, []);
});

test('a refusal of the runtime is a failed action with its reason', async () => {
  const { runtime } = runtimeThat({ kill: kubeErrors.create('RUNTIME_REFUSED') });
  assert.deepEqual(await followUp(runtime).follow(kill, undefined), {
    result: 'failed',
    detail: 'containerd: the runtime says no',
    undo: undefined,
  });
});

test('stopping rounds its grace up, and kills where there is no runtime', async () => {
  const { runtime, asked } = runtimeThat();
  assert.equal((await followUp(runtime).follow(stop, undefined)).result, 'done');
  assert.deepEqual(asked, ['stop 2']);
  const last = await followUp(undefined, undefined, killed).follow(stop, undefined);
  assert.match(last.detail, /^killed by cgroup.kill, since no container runtime answers/);
});

test('a pause through the runtime can be undone through it', async () => {
  const { runtime, asked } = runtimeThat();
  const outcome = await followUp(runtime).follow(pause, undefined);
  assert.deepEqual(outcome.undo, {
    kind: 'unpause',
    containerId: webContainer,
    unified: undefined,
    freezer: undefined,
    until: '7000000000',
  });
  const record = recordOfOutcome(pause, outcome, NOW);
  assert.equal(record.latencyMilliseconds, 1000);
  const undone = await undoAction(record, undoing(runtime));
  assert.deepEqual(asked, ['pause', 'unpause']);
  assert.equal(undone.undone, NOW);
  await assert.rejects(undoAction(undone, undoing(runtime)), { code: 'policies/UNDONE_ALREADY' });
});

test('an isolated pod is released by undoing, and what still lets something through is told', async () => {
  const { pods, asked } = podsThat({});
  const outcome = await followUp(undefined, pods).follow(isolate, undefined);
  assert.equal(outcome.detail, 'cut off by a network policy, but allow-dns still lets something through');
  await undoAction(recordOfOutcome(isolate, outcome, NOW), undoing(undefined, pods));
  const pod = 'shop/web-545bc4bfd4-zm282';
  assert.deepEqual(asked, [`isolate ${pod}`, `release ${pod}`]);
});

test('a pod that somebody else has isolated is not ours to release', async () => {
  const { pods } = podsThat({}, true);
  const outcome = await followUp(undefined, pods).follow(isolate, undefined);
  assert.deepEqual([outcome.result, outcome.undo], ['done', undefined]);
});

test('labels come back as they were, new ones go', async () => {
  const { pods, asked } = podsThat({ quarantine: 'no', app: 'web' });
  const both = plan({ type: 'label', labels: { quarantine: 'true', seen: 'yes' }, place });
  const outcome = await followUp(undefined, pods).follow(both, undefined);
  await undoAction(recordOfOutcome(both, outcome, NOW), undoing(undefined, pods));
  const pod = 'shop/web-545bc4bfd4-zm282';
  assert.deepEqual(asked, [
    `label ${pod} {"quarantine":"true","seen":"yes"}`,
    `label ${pod} {"quarantine":"no","seen":null}`,
  ]);
});

test('without an API server labelling fails, and says so', async () => {
  const outcome = await followUp(undefined).follow(label, undefined);
  assert.deepEqual(outcome, { result: 'failed', detail: 'there is no API server to ask', undo: undefined });
});

test('a kill, a refusal and what is still to be done can not be undone', async () => {
  for (const record of [recordOfOutcome(kill, killed, NOW), recordOfDecision(pause)]) {
    await assert.rejects(undoAction(record, undoing(undefined)), { code: 'policies/NOTHING_TO_UNDO' });
  }
});

test('what the runtime refuses to undo is told, and can be tried again', async () => {
  const { runtime } = runtimeThat({ unpause: kubeErrors.create('RUNTIME_REFUSED') });
  const outcome = await followUp(runtime).follow(pause, undefined);
  const record = recordOfOutcome(pause, outcome, NOW);
  await assert.rejects(undoAction(record, undoing(runtime)), {
    code: 'policies/UNDO_FAILED',
    message: /the runtime says no/,
  });
});

test('a pause that somebody else has ended, or that ended with the container, counts as undone', async () => {
  for (const [code, said] of [
    ['CONTAINER_ALREADY_SO', /the container goes on$/],
    ['CONTAINER_NOT_RUNNING', /the container has ended$/],
    ['CONTAINER_NOT_FOUND', /the container is gone$/],
  ] as const) {
    const { runtime } = runtimeThat({ unpause: kubeErrors.create(code) });
    const record = recordOfOutcome(pause, await followUp(runtime).follow(pause, undefined), NOW);
    assert.match((await undoAction(record, undoing(runtime))).detail, said);
  }
});

test('a pause that only the runtime knows of is not taken for over while no runtime answers', async () => {
  const { runtime } = runtimeThat();
  const record = recordOfOutcome(pause, await followUp(runtime).follow(pause, undefined), NOW);
  await assert.rejects(undoAction(record, undoing(undefined)), { code: 'policies/UNDO_FAILED' });
});
