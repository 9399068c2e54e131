import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import {
  type ContainerInfo,
  createContainerInfo,
  createSyscallCatalogue,
  type EventContext,
  type Process,
} from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import {
  type ActionOutcome,
  createGuardState,
  defaultNeverTouch,
  type Matching,
  type PlannedAction,
} from '@seawall/policies';
import type { Alert } from '../alert/alert.ts';
import { loadRunningSet } from '../rule-set/load-running-set.ts';
import { createGates } from './gate.ts';
import { createWorkloadOf } from './workload-of.ts';

const catalogues = { syscall: createSyscallCatalogue(), audit: createAuditCatalogue() };
const ID = 'abcdef012345';

const rules = ['Shell', 'Write']
  .map((name) => `- { rule: ${name}, desc: d, condition: evt.type = open, output: o, priority: INFO }\n`)
  .join('');

const policy = (name: string, spec: string) => `
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: ${name} }
spec: { ${spec} }
---`;

interface Setting {
  readonly matching?: Matching;
  readonly isLive?: boolean;
  readonly outcome?: ActionOutcome;
}

function setting(policies: string, { matching = 'all', isLive = true, outcome }: Setting = {}) {
  const { set, messages } = loadRunningSet(
    {
      ruleFiles: [{ name: 'rules.yaml', content: rules }],
      policyFiles: [{ path: 'policies.yaml', text: policies }],
      matching,
    },
    catalogues,
    () => undefined,
  );
  assert.ok(set, messages.join('\n'));
  const captures: string[] = [];
  const clock = createManualClock(1_700_000_000_000);
  const createGuards = () =>
    createGuardState({
      own: { pid: 4, ancestors: [], containerId: undefined, cgroups: [] },
      ...{ neverTouch: defaultNeverTouch, clock },
    });
  const options = {
    ...{ set, generation: 3, clock, isLive },
    workloadOf: createWorkloadOf({ node: 'here', cluster: undefined }),
    guards: createGuards(),
    mounts: { unified: undefined, freezer: undefined },
    act: () => undefined,
    beginCapture(action: PlannedAction) {
      captures.push(action.key);
      return outcome;
    },
    isComplete: () => true,
  };
  const gates = createGates(options, createGuards);
  return { gate: gates.ofThisRun, gates, captures };
}

function alertOf(rule: string, isIncomplete = false): Alert {
  return {
    ...{ rule, source: 'syscall', timestamp: 5n, message: rule, fields: new Map() },
    ...(isIncomplete && { isIncomplete }),
  } as unknown as Alert;
}

function contextOf(container: ContainerInfo | undefined): EventContext {
  const process = {
    ...{ pid: 7, tid: 7, uid: 0, containerId: ID, comm: 'sh', exepath: '/bin/sh', commandLine: 'sh' },
    ...{ vpid: 1, cgroups: [] },
  };
  const tables = { leader: () => undefined, parent: () => undefined, userName: () => undefined };
  return { process: process as unknown as Process, container, tables } as unknown as EventContext;
}

const web: ContainerInfo = { ...createContainerInfo(ID), name: 'web', image: 'web' };

test('each policy that means the container counts for each of its rules; with first matching, one for the event', () => {
  const policies = policy('a', "rules: [{ name: '*' }]") + policy('b', 'rules: [{ name: Shell }]');
  const alerts = [alertOf('Shell'), alertOf('Write')];
  const all = setting(policies).gate.sight(alerts, contextOf(web), 'e', 0);
  assert.deepEqual(
    all.map((sighting) => [sighting.alert.rule, sighting.policy, sighting.generation]),
    [
      ['Shell', 'a', 3],
      ['Shell', 'b', 3],
      ['Write', 'a', 3],
    ],
  );
  const first = setting(policies, { matching: 'first' }).gate.sight(alerts, contextOf(web), 'e', 0);
  assert.deepEqual(
    first.map((sighting) => [sighting.alert.rule, sighting.policy]),
    [['Shell', 'a']],
  );
});

test('a container that nobody could describe in time is kept for policies that may mean it, and nobody is told', () => {
  const policies =
    policy('named', "scope: { containers: [web] }, rules: [{ name: '*' }]") +
    policy('everywhere', "rules: [{ name: '*' }]");
  const sightings = setting(policies).gate.sight([alertOf('Shell', true)], contextOf(undefined), 'e', 0);
  assert.deepEqual(
    sightings.map((sighting) => [sighting.policy, sighting.isUndecided, sighting.isStateComplete]),
    [
      ['everywhere', false, false],
      ['named', true, false],
    ],
  );
});

test('lost events make findings doubtful, not what a runtime has said of the container', () => {
  const policies =
    policy('labelled', "scope: { containerLabels: { app: web } }, rules: [{ name: '*' }]") +
    policy('others', "scope: { not: { containerLabels: { app: web } } }, rules: [{ name: '*' }]");
  const sightings = setting(policies).gate.sight([alertOf('Shell', true)], contextOf(web), 'e', 0);
  assert.deepEqual(
    sightings.map((sighting) => [sighting.policy, sighting.isUndecided, sighting.isStateComplete]),
    [['others', false, false]],
  );
});

test('nothing is done about what a recording shows', () => {
  const policies = policy('a', "rules: [{ name: '*' }], actions: [{ type: capture }]");
  const recorded = setting(policies, { isLive: false });
  assert.deepEqual(recorded.gate.sight([alertOf('Shell')], contextOf(web), 'e', 0)[0]?.actions, []);
  assert.deepEqual(recorded.captures, []);
});

test('a capture is begun once while its target cools down; one that could not be begun says so', () => {
  const policies = policy('a', "rules: [{ name: '*' }], actions: [{ type: capture }]");
  const outcome: ActionOutcome = { result: 'failed', detail: 'too many', undo: undefined };
  const { gate, captures } = setting(policies, { outcome });
  const [first, second] = gate.sight([alertOf('Shell'), alertOf('Write')], contextOf(web), 'e', 0);
  assert.equal(first?.actions[0]?.outcome, outcome);
  assert.equal(second?.actions[0]?.decision.outcome, 'refused');
  assert.equal(captures.length, 1);
});

test('nothing is done about what an earlier run saw, which takes no turn from what is seen now', () => {
  const rest =
    'mode: enforce, rateLimit: { count: 1, per: 1h }, actions: [{ type: capture }, { type: stop }]';
  const { gates, captures } = setting(policy('a', `rules: [{ name: Shell }], ${rest}`));
  const sight = (gate: typeof gates.ofThisRun, event: string) =>
    gate.sight([alertOf('Shell')], contextOf(web), event, 0)[0]?.actions ?? [];
  const late = sight(gates.ofEarlierRuns(), 'e');
  assert.deepEqual(
    late.map(({ decision, outcome }) => [decision.kind, outcome?.result]),
    [
      ['stop-container', 'refused'],
      ['capture', 'refused'],
    ],
  );
  assert.deepEqual(captures, []);
  assert.deepEqual(
    sight(gates.ofThisRun, 'f').map(({ decision, outcome }) => [decision.outcome, outcome]),
    [
      ['planned', undefined],
      ['planned', undefined],
    ],
  );
});
