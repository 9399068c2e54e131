import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@seawall/base/testing';
import {
  type Containerd,
  containerdMissing,
  makeBusyboxImage,
  type RunningContainer,
  startContainerd,
} from '@seawall/kube/testing';
import { canEnforce } from '@seawall/probe';
import { openStore, type Store } from '@seawall/store';
import { readConfiguration } from '../configuration/read-configuration.ts';
import { startAgent } from '../daemon/agent.ts';
import type { Agent } from '../daemon/options.ts';

const { programs, opens } = canEnforce().obstacles;
const skip = programs ?? opens ?? containerdMissing();
const live = { skip: skip === false ? false : `SKIPPED: ${skip}`, timeout: 150_000 };
const IMAGE = 'localhost/seawall-denied:1';

let folder: string;
let containerd: Containerd;
let agent: Agent | undefined;
let logged: string[] = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seawall-deny-'));
  if (skip !== false) return;
  const busybox = makeBusyboxImage(join(folder, 'plain'));
  assert.ok(busybox.name);
  containerd = await startContainerd();
  // A program of its own, not one more name of busybox.
  const program = readFileSync(join(folder, 'plain', 'bundle', 'rootfs', 'bin', 'busybox'));
  const image = makeBusyboxImage(join(folder, 'image'), {
    name: IMAGE,
    commands: ['sh', 'sleep', 'cat', 'nc'],
    files: { 'bin/ls': program, 'etc/secret': 'treasure\n' },
  });
  containerd.importImage(image);
});

after(async () => {
  await agent?.stop();
  if (skip === false) await containerd.stop();
  rmSync(folder, { recursive: true, force: true });
});

function policy(name: string, scope: string, deny: string, isDryRun = false): string {
  return `
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: ${name} }
spec:
  scope: ${scope}
  rules: [{ name: Never }]
  mode: enforce
  dryRun: ${isDryRun}
  actions: [{ type: deny, ${deny} }]
---`;
}

const GUARDED = '{ containerLabels: { guarded: "yes" } }';
const PROGRAMS = 'programsOtherThan: [/bin/busybox]';

async function startWith(policies: string): Promise<void> {
  writeFileSync(join(folder, 'policies.yaml'), policies);
  writeFileSync(
    join(folder, 'rules.yaml'),
    '- rule: Never\n  desc: Never.\n  condition: (evt.num < 0)\n  output: never\n  priority: NOTICE\n',
  );
  const path = join(folder, 'seawall.yaml');
  writeFileSync(
    path,
    `rules: [rules.yaml]
policies: [policies.yaml]
source: { runtimes: [{ kind: containerd, socket: '${containerd.socket}' }] }
store: { path: store.db }
captures: { directory: captures }
http: { listen: '127.0.0.1:0' }
watchFiles: false
`,
  );
  logged = [];
  agent = await startAgent({
    configuration: readConfiguration(path),
    environment: {},
    log: (level, message) => logged.push(`${level} ${message}`),
  });
}

async function withStore<Result>(use: (store: Store) => Promise<Result>): Promise<Result> {
  const store = openStore({ path: join(folder, 'store.db'), access: 'read' });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** What the agent said, for tests that wait in vain. */
function said(): string {
  return logged.join('\n');
}

function runGuarded(): RunningContainer {
  return containerd.runContainer({
    image: IMAGE,
    labels: { guarded: 'yes' },
    command: ['/bin/busybox', 'sleep', '1000'],
  });
}

/** Whether a program went well. What it writes is not asked for: ctr now and then loses it. */
function runs({ id }: RunningContainer, ...command: readonly string[]): boolean {
  try {
    containerd.exec(id, command);
    return true;
  } catch {
    // The runtime says that it was ended, or that it failed.
    return false;
  }
}

async function countOf(rule: string): Promise<number> {
  const groups = await withStore(
    async (store) => (await store.groups({ rules: [rule] }, { limit: 9 })).items,
  );
  return groups.reduce((sum, { count }) => sum + count, 0);
}

test(
  'what a policy denies is stopped in the containers that it is about, and each attempt is a finding',
  live,
  async () => {
    const before = runGuarded();
    await startWith(policy('only-busybox', GUARDED, `${PROGRAMS}, files: [/etc/secret], ports: [4444]`));
    const after = runGuarded();
    const other = containerd.runContainer({ image: IMAGE });
    // The agent shares this process, so it hears of a container only once that runs.
    await until(() => !runs(after, '/bin/ls', '/bin'), said);
    await wait(200);
    assert.equal(runs(other, '/bin/ls', '/bin'), true, 'others are left alone');
    assert.equal(runs(other, '/bin/busybox', 'cat', '/etc/secret'), true);
    for (const container of [before, after]) {
      assert.equal(runs(container, '/bin/ls', '/bin'), false, said());
      assert.equal(runs(container, '/bin/busybox', 'id'), true, said());
      assert.equal(runs(container, '/bin/busybox', 'cat', '/etc/secret'), false);
    }
    await until(async () => (await countOf('Denied program')) === 3, said);
    await until(async () => (await countOf('Denied open')) === 2, said);
    const [group] = await withStore(
      async (store) => (await store.groups({ rules: ['Denied program'] }, { limit: 9 })).items,
    );
    assert.equal(group.policy, 'only-busybox');
    assert.equal(group.severity, 'high');
    assert.match(group.output, /file=\/bin\/ls process=ls pid=\d+ container_id=/);
    const trail = await withStore(async (store) => (await store.actions({}, { limit: 9 })).items);
    assert.ok(trail.length === 5 && trail.every(({ kind, result }) => kind === 'deny' && result === 'done'));
    assert.ok(trail.every(({ actor }) => actor === 'policy only-busybox'));
  },
);

test(
  'what this machine can not enforce is refused with the reason, and the guards before stay',
  live,
  async () => {
    const loader = '/lib64/ld-linux-x86-64.so.2';
    const container = runGuarded();
    writeFileSync(
      join(folder, 'policies.yaml'),
      policy('with-loader', GUARDED, `programsOtherThan: [/bin/busybox, ${loader}]`),
    );
    const result = await agent?.reload();
    assert.ok(
      result?.kind === 'refused' && /with-loader denies: .*starts any program/.test(result.messages[0]),
    );
    await until(() => !runs(container, '/bin/ls', '/bin'), said);
  },
);

test('a dry run tells and stops nothing; without policies nothing is guarded', live, async () => {
  const container = runGuarded();
  await until(() => !runs(container, '/bin/ls', '/bin'), said);
  await wait(200);
  writeFileSync(join(folder, 'policies.yaml'), policy('watching', GUARDED, PROGRAMS, true));
  assert.equal((await agent?.reload())?.kind, 'taken');
  const told = await countOf('Denied program');
  assert.equal(runs(container, '/bin/ls', '/bin'), true);
  await until(async () => (await countOf('Denied program')) === told + 1, said);
  const [group] = await withStore(
    async (store) => (await store.groups({ policies: ['watching'] }, { limit: 9 })).items,
  );
  assert.match(group.output, /nothing was stopped/);
  const trail = await withStore(async (store) => (await store.actions({}, { limit: 99 })).items);
  assert.ok(trail.some(({ kind, result }) => kind === 'deny' && result === 'dry-run'));

  writeFileSync(
    join(folder, 'policies.yaml'),
    policy('elsewhere', '{ containerLabels: { guarded: "no" } }', PROGRAMS),
  );
  assert.equal((await agent?.reload())?.kind, 'taken');
  assert.equal(runs(container, '/bin/ls', '/bin'), true);
  await wait(200);
  assert.equal(await countOf('Denied program'), told + 1);
});
