import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { listenWithTest, until } from '@seawall/base/testing';
import { readConfiguration } from '../configuration/read-configuration.ts';
import { root, settings, start, withStore } from './testing.ts';

const example = join(import.meta.dirname, '../../../../examples/control-plane');

const shellRule = `
- rule: Shell in a container
  desc: Nobody needs a shell there.
  condition: evt.type = execve and container.id != host and proc.name in (sh, bash, dash)
  output: "shell (command=%proc.cmdline pid=%proc.pid)"
  priority: WARNING
  tags: [shell]
`;

const recording = [
  `source: { capture: '${join(example, 'attack.scap.gz')}', containers: '${join(example, 'attack.containers.json.gz')}' }`,
];

/** Takes what a webhook is sent; `answer` is given the message and gives the code to answer with. */
async function startReceiver(answer: (body: string) => number): Promise<{ url: string }> {
  const server = createServer((request, response) => {
    text(request).then((body) => response.writeHead(answer(body)).end());
  });
  return { url: `http://127.0.0.1:${await listenWithTest(server)}/` };
}

test('a recording is read once: its findings are grouped, told, and not found again by the next run', async () => {
  const received: string[] = [];
  const receiver = await startReceiver((body) => {
    received.push(body);
    return 200;
  });
  const policies = `
apiVersion: seawall.dev/v1alpha1
kind: NotificationChannel
metadata: { name: people }
spec: { webhook: { url: '${receiver.url}' } }
---
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: control-plane-shells }
spec:
  scope: { namespaces: [kube-system], containerLabels: { io.kubernetes.container.name: etcd } }
  rules: [{ tag: shell }]
  channels: [people]
  severity: high
---
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: all-shells }
spec: { rules: [{ tag: shell }], mode: shadow }
`;
  const path = settings('recording', { 'shell.yaml': shellRule, 'shell-policies.yaml': policies }, [
    'rules: [shell.yaml]',
    'policies: [shell-policies.yaml]',
    'activity: true',
    ...recording,
  ]);
  const first = await start(path);
  await first.done;
  const status = await first.status();
  await first.stop();
  assert.equal(status.hotLoop.state, 'ended');
  assert.equal(status.ledger.stored, status.hotLoop.findings);
  const groups = await withStore(
    'recording',
    async (store) => (await store.groups({}, { limit: 100 })).items,
  );
  const etcd = groups.filter(({ policy }) => policy === 'control-plane-shells');
  assert.ok(etcd.length > 0, 'shells in etcd are found');
  for (const { workload, severity } of etcd) {
    assert.equal(workload.container?.name, 'etcd');
    assert.equal(workload.node, 'node1', 'the recorded node, not the machine that reads the recording');
    assert.equal(severity, 'high');
  }
  const activity = await withStore('recording', (store) => store.activity({ kinds: ['program'] }));
  assert.ok(
    activity.some(({ workload, value }) => workload === 'kube-system/etcd/etcd' && value.startsWith('/')),
    'what workloads do is kept where that is asked for',
  );
  const shadow = groups.filter(({ policy }) => policy === 'all-shells');
  const countOf = (all: typeof groups): number => all.reduce((sum, { count }) => sum + count, 0);
  assert.ok(countOf(shadow) > countOf(etcd), 'the other policy is about all containers');
  assert.equal(received.length, etcd.length, 'one message for each group of the policy that tells people');

  const second = await start(path);
  await second.done;
  assert.equal((await second.status()).ledger.stored, 0);
  await second.stop();
  const again = await withStore('recording', async (store) => (await store.groups({}, { limit: 100 })).items);
  assert.deepEqual(
    again.map(({ key, count }) => [key, count]),
    groups.map(({ key, count }) => [key, count]),
  );
  assert.equal(received.length, etcd.length);
});

test('a recording’s messages are tried again for a while, and those that nobody took are there at the next start', async () => {
  const answers: number[] = [];
  let isFailing = true;
  const receiver = await startReceiver(() => {
    const code = isFailing ? 503 : 200;
    answers.push(code);
    if (answers.length === 2) isFailing = false;
    return code;
  });
  const policies = `
apiVersion: seawall.dev/v1alpha1
kind: NotificationChannel
metadata: { name: people }
spec: { webhook: { url: '${receiver.url}' }, retry: { first: 100ms }, rateLimit: { messages: 1000, per: 1m } }
---
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: told }
spec: { rules: [{ tag: shell }], channels: [people] }
`;
  const files = { 'shell.yaml': shellRule, 'told-policies.yaml': policies };
  const lines = ['rules: [shell.yaml]', 'policies: [told-policies.yaml]', ...recording];
  const waiting = (name: string) =>
    withStore(
      name,
      async (store) => (await store.outbox({ states: ['waiting'] }, { limit: 500 })).items.length,
    );
  const runOn = async (path: string): Promise<string[]> => {
    const logged: string[] = [];
    const agent = await start(path, logged);
    await agent.done;
    await agent.stop();
    return logged.filter((line) => line.includes('in the outbox'));
  };

  assert.deepEqual(await runOn(settings('flaky', files, lines)), []);
  assert.equal(await waiting('flaky'), 0);
  assert.ok(answers.includes(503) && answers.at(-1) === 200);

  isFailing = true;
  answers.push(0, 0);
  const path = settings('failing', files, [...lines, 'notifications: { finishWithin: 300ms }']);
  const [told] = await runOn(path);
  const left = await waiting('failing');
  assert.ok(left > 0);
  assert.match(
    told ?? '',
    new RegExp(`^warning ${left === 1 ? 'a message waits' : `${left} messages wait`}`),
  );

  isFailing = false;
  writeFileSync(path, readFileSync(path, 'utf8').replace('300ms', '30s'));
  assert.deepEqual(await runOn(path), []);
  assert.equal(await waiting('failing'), 0);
});

test('what workloads do is counted once, however often the agent is ended and started anew', async () => {
  const lines = ['rules: [shell.yaml]', 'activity: true', ...recording];
  const countsOf = (name: string) =>
    withStore(name, async (store) =>
      (await store.activity({}))
        .map(({ workload, kind, value, count, starts }) => `${workload} ${kind} ${value} ${count} ${starts}`)
        .sort(),
    );
  const whole = await start(settings('activity-whole', { 'shell.yaml': shellRule }, lines));
  await whole.done;
  await whole.stop();

  const path = settings('activity-parts', {}, lines);
  for (let ends = 1; ; ends += 1) {
    const agent = await start(path);
    if (ends > 3) {
      await agent.done;
      await agent.stop();
      break;
    }
    const before = (await agent.status()).ledger.stored;
    await until(async () => (await agent.status()).ledger.stored > before);
    await agent.stop();
  }
  assert.deepEqual(await countsOf('activity-parts'), await countsOf('activity-whole'));
  assert.ok((await countsOf('activity-whole')).length > 100);
});

test('rules of 2017 are read as they were meant, beside rules of today', async () => {
  const rule = (name: string) =>
    `- { rule: ${name}, desc: d, condition: 'evt.type = openat and evt.arg[1] startswith /etc', output: o, priority: INFO }`;
  const path = settings('meaning', { 'old.yaml': rule('Old'), 'new.yaml': rule('New') }, [
    'rules: [new.yaml, { path: old.yaml, meaning: 2017 }]',
    ...recording,
  ]);
  const agent = await start(path);
  await agent.done;
  await agent.stop();
  const { items } = await withStore('meaning', (store) => store.groups({}, { limit: 9 }));
  assert.ok(items.length > 0);
  assert.ok(items.every(({ rule }) => rule === 'Old'));
});

test('rules and policies with mistakes are not started with, and every mistake is told in its place', async () => {
  const path = settings('broken', { 'mistake.yaml': shellRule.replace('proc.name', 'proc.nome') }, [
    'rules: [mistake.yaml]',
    ...recording,
  ]);
  await assert.rejects(
    () => start(path),
    (error) =>
      isSeawallError(error, 'agent/SET_REFUSED') && /mistake\.yaml:4:.*proc\.nome/s.test(error.message),
  );
  assert.equal(existsSync(join(root, 'broken')), false, 'nothing was begun');
});

test('a configuration with mistakes is refused, with what is meant', () => {
  const path = settings('typo', {}, [
    'rules: [shell.yaml]',
    'polices: [x.yaml]',
    'limits: { cpuPercent: 1 }',
  ]);
  assert.throws(
    () => readConfiguration(path),
    (error) =>
      isSeawallError(error, 'agent/CONFIGURATION_INVALID') &&
      /typo\.yaml:5:1: error: there is no polices: is it policies\?/.test(error.message) &&
      /typo\.yaml:6:/.test(error.message),
  );
});

test('two agents do not share a store', async () => {
  const path = settings('shared', { 'shell.yaml': shellRule }, ['rules: [shell.yaml]', ...recording]);
  const first = await start(path);
  await assert.rejects(
    () => start(path),
    (error) => isSeawallError(error, 'agent/ALREADY_RUNNING'),
  );
  await first.stop();
});

test('where a store can not be, the agent does not begin, and says what the matter is', async (context) => {
  const path = settings('nowhere', { 'shell.yaml': shellRule }, ['rules: [shell.yaml]', ...recording]);
  writeFileSync(join(root, 'no-folder'), '');
  const configured = readFileSync(path, 'utf8');
  const refusedIn = (folder: string, code: string): Promise<void> => {
    writeFileSync(path, configured.replace('nowhere/store.db', `${folder}/store.db`));
    return assert.rejects(
      start(path),
      (error) => isSeawallError(error, code) && error.message.includes(folder),
    );
  };
  await refusedIn('no-folder', 'store/UNREADABLE');
  await refusedIn('no-folder/below', 'store/UNREADABLE');

  const disk = join(root, 'tiny');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status !== 0) {
    context.skip('SKIPPED: mounting a small file system takes root');
    return;
  }
  try {
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=4k']);
    await refusedIn('tiny', 'store/FULL');
    assert.equal(existsSync(join(disk, 'store.db.lock')), false);
    spawnSync('mount', ['-o', 'remount,ro', disk]);
    await refusedIn('tiny', 'store/READ_ONLY');
  } finally {
    spawnSync('umount', ['-l', disk]);
  }
});
