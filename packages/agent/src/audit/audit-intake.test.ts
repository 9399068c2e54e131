import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { createGuardState, defaultNeverTouch } from '@seawall/policies';
import type { Sighting } from '../hot-loop/messages.ts';
import { loadRunningSet } from '../rule-set/load-running-set.ts';
import { type AuditIntake, createAuditIntake } from './audit-intake.ts';

const catalogues = { syscall: createSyscallCatalogue(), audit: createAuditCatalogue() };

const rules = `
- rule: Exec into a pod
  desc: d
  condition: ka.verb = create and ka.target.subresource = exec
  output: exec by %ka.user.name
  priority: WARNING
  source: k8s_audit
`;

const policies = `
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: execs }
spec:
  scope: { namespaces: [kube-system] }
  rules: [{ name: '*' }]
  mode: enforce
  actions: [{ type: isolate }]
`;

const exec = (id: string, namespace = 'kube-system') =>
  JSON.stringify({
    kind: 'Event',
    auditID: id,
    stage: 'ResponseComplete',
    verb: 'create',
    user: { username: 'eve' },
    objectRef: { resource: 'pods', subresource: 'exec', namespace, name: 'etcd-0' },
    stageTimestamp: '2026-11-21T21:31:46.5Z',
  });

interface Setting {
  readonly intake: AuditIntake;
  readonly url: string;
  readonly taken: Sighting[];
}

async function start(context: TestContext): Promise<Setting> {
  const taken: Sighting[] = [];
  const loaded = loadRunningSet(
    {
      ruleFiles: [{ name: 'rules.yaml', content: rules }],
      policyFiles: [{ path: 'policies.yaml', text: policies }],
      matching: 'all',
    },
    catalogues,
    () => undefined,
  );
  assert.ok(loaded.set, loaded.messages.join('\n'));
  const own = { pid: 4, ancestors: [], containerId: undefined, cgroups: [] };
  const intake = await createAuditIntake({
    listen: '127.0.0.1:0',
    node: { node: 'here', cluster: undefined },
    catalogue: catalogues.audit,
    set: loaded.set,
    generation: 1,
    guards: createGuardState({
      own,
      neverTouch: defaultNeverTouch,
      quorum: () => ({ kind: 'keeps', healthy: 3, members: 3 }),
    }),
    onSightings: async (sightings) => void taken.push(...sightings),
    isFull: () => false,
    log: () => undefined,
  });
  context.after(() => intake.close());
  return { intake, taken, url: intake.url };
}

const post = (url: string, body: string) => fetch(url, { method: 'POST', body });

test('what an audit event breaks is stored before the sender is answered, for the policies that mean its namespace', async (context) => {
  const { taken, url, intake } = await start(context);
  const answer = await post(`${url}?timeout=30s`, `${exec('a')}\nno JSON\n${exec('b', 'default')}`);
  assert.equal(answer.status, 200);
  assert.deepEqual(
    taken.map(({ alert, policy, event, workload }) => [alert.rule, policy, event, workload.pod]),
    [['Exec into a pod', 'execs', 'audit/a/ResponseComplete', 'etcd-0']],
  );
  assert.equal(taken[0]?.actions[0]?.decision.outcome, 'planned');
  const { events, faults, posts } = intake.status();
  assert.deepEqual([events, faults, posts.get('taken')], [2, 1, 1]);
});

test('what a request held before it broke off is stored: its actions are not decided again', async (context) => {
  const { taken, intake } = await start(context);
  const socket = connect(Number(new URL(intake.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /k8s-audit HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n');
  socket.write(`${exec('a')}\n`);
  while (intake.status().events === 0) await new Promise(setImmediate);
  socket.destroy();
  while (taken.length === 0) await new Promise(setImmediate);
  assert.equal(taken[0]?.event, 'audit/a/ResponseComplete');
});

test('an event that is sent again is found again and not acted on again', async (context) => {
  const { taken, url } = await start(context);
  await post(url, exec('a'));
  await post(url, exec('a'));
  assert.deepEqual(
    taken.map(({ event, actions }) => [event, actions.length]),
    [
      ['audit/a/ResponseComplete', 1],
      ['audit/a/ResponseComplete', 0],
    ],
  );
});

test('a request without any event is answered with what is wrong with it, and so is one of very many faults', async (context) => {
  const { url, intake, taken } = await start(context);
  const noEvents = await post(url, '\nno JSON\n{}');
  assert.equal(noEvents.status, 400);
  assert.match(await noEvents.text(), /no audit events: line 2, column 1: expected a value/);
  const flood = await post(url, `${exec('a')}\n${'1\n'.repeat(50_000)}`);
  assert.equal(flood.status, 400);
  assert.ok(intake.status().faults < 2000, 'the rest of the flood is not read');
  assert.equal(taken.length, 1);
  for (const nothing of ['', '\n', '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[]}']) {
    const empty = await post(url, nothing);
    assert.equal(empty.status, 400, nothing);
    assert.match(await empty.text(), /no audit events: it is empty/);
  }
});
