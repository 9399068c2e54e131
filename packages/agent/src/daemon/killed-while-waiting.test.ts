import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { killWithTest, listenWithTest, until } from '@seawall/base/testing';
import { probeSupport } from '@seawall/probe';
import { WAITING_PREFIX } from '../hot-loop/options.ts';
import { root, settings, withStore } from './testing.ts';

const CHILD = join(import.meta.dirname, '..', 'testing', 'agent-child.ts');
/** Where a cgroup can be made: of a hierarchy of v1 where there is one, as containers are in those. */
const CGROUPS = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'].find((path) =>
  existsSync(join(path, 'cgroup.procs')),
);

function reasonToSkip(): string | false {
  const support = probeSupport();
  if (!support.isSupported) return `SKIPPED: ${support.reason}`;
  return CGROUPS === undefined ? 'SKIPPED: there are no cgroups here' : false;
}

const RULES = `
- rule: Opened
  desc: Somebody opened a certain file.
  condition: evt.type in (open, openat, openat2) and fd.name endswith /waiting-mark
  output: "opened (file=%fd.name command=%proc.cmdline parent=%proc.pname image=%container.image.repository)"
  priority: NOTICE
`;

const POLICY = `
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: web }
spec:
  scope: { images: [web] }
  rules: [{ name: Opened }]
  mode: enforce
  actions: [{ type: kill-process }]
`;

/** A Docker that says nothing of its containers until it is told to. */
async function startSlowDocker(socket: string, id: string): Promise<{ answer(): void }> {
  let answers = false;
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const say = (body: unknown): void => void response.end(JSON.stringify(body));
    if (path.startsWith('/version')) say({ Version: '27.0.0' });
    else if (path.startsWith('/containers/json')) say(answers ? [{ Id: id, State: 'running' }] : []);
    else if (path.startsWith('/containers/') && answers)
      say({ Id: id, Name: '/shop', State: { Status: 'running' }, Config: { Image: 'web:1' } });
    else if (path.startsWith('/images/')) say({});
    else {
      response.flushHeaders();
      held.push(response);
    }
  });
  await listenWithTest(server, { path: socket });
  return {
    answer() {
      answers = true;
    },
  };
}

/** A process in a cgroup that is named as Docker names those of its containers: it opens the file, and goes on. */
async function openInContainer(context: TestContext, id: string, file: string): Promise<ChildProcess> {
  const above = join(CGROUPS as string, `seawall-test-${process.pid}`);
  const folder = join(above, id);
  mkdirSync(folder, { recursive: true });
  const child = spawn('sh', ['-c', `read go; exec tail -f ${file}`], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  context.after(async () => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGKILL');
    await ended;
    // Of the dead a cgroup is rid in a moment.
    await wait(100);
    rmdirSync(folder);
    rmdirSync(above);
  });
  writeFileSync(join(folder, 'cgroup.procs'), String(child.pid));
  child.stdin?.write('go\n');
  return child;
}

/** Settles when it watches. */
async function startChild(configuration: string): Promise<ChildProcess> {
  const options = process.execArgv.filter((word) => !word.startsWith('--test'));
  const child = killWithTest(
    spawn(process.execPath, [...options, CHILD, configuration], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  await once(child.stdout, 'data');
  return child;
}

async function killChild(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test('killed while a match waits for its container, again and again: the run that can decides it, once', {
  skip: reasonToSkip(),
  timeout: 150_000,
}, async (context) => {
  const id = randomBytes(32).toString('hex');
  const socket = join(root, 'docker.sock');
  const docker = await startSlowDocker(socket, id);
  const path = settings('killed', { 'opened.yaml': RULES, 'web.yaml': POLICY }, [
    'rules: [opened.yaml]',
    'policies: [web.yaml]',
    `source: { runtimes: [{ kind: docker, socket: '${socket}' }] }`,
  ]);
  const file = join(root, 'waiting-mark');
  writeFileSync(file, '');
  const notes = (): Promise<readonly string[]> =>
    withStore('killed', async (store) => [...(await store.memory(WAITING_PREFIX)).keys()]);
  const occurrences = () => withStore('killed', async (store) => (await store.feed({}, { limit: 9 })).items);

  const first = await startChild(path);
  const opener = await openInContainer(context, id, file);
  await until(async () => (await notes()).length > 0);
  await killChild(first);
  const [written] = await notes();
  assert.ok(written !== undefined);
  assert.deepEqual(await occurrences(), []);

  // Killed once more before anybody answers.
  const second = await startChild(path);
  await killChild(second);
  assert.deepEqual(await notes(), [written]);

  docker.answer();
  const third = await startChild(path);
  await until(async () => (await occurrences()).length > 0);
  assert.deepEqual(await notes(), []);
  await killChild(third);

  const fourth = await startChild(path);
  await wait(500);
  await killChild(fourth);
  const [finding, ...others] = await occurrences();
  assert.ok(finding !== undefined);
  assert.deepEqual(others, []);
  assert.match(finding.output, /command=tail -f \S+waiting-mark parent=\S+ image=web\)/);
  assert.equal(finding.isStateComplete, true);
  assert.equal(finding.group.policy, 'web');
  assert.equal(finding.workload.container?.name, 'shop');
  const { actions, gaps } = await withStore('killed', async (store) => ({
    actions: (await store.actions({}, { limit: 9 })).items,
    gaps: (await store.gaps({ limit: 9 })).items,
  }));
  assert.deepEqual(
    actions.map(({ kind, result }) => [kind, result]),
    [['kill-process', 'refused']],
  );
  assert.match(actions[0]?.detail ?? '', /nothing is done any more/);
  assert.equal(opener.exitCode ?? opener.signalCode, null);
  // What is written down makes no gap reach back to it. A run that is killed before it stored its gap leaves that to the next.
  assert.ok(gaps.length > 0);
  for (const { from } of gaps) assert.ok(from > finding.time);
});
