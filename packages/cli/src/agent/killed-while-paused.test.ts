import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@seawall/base/testing';
import {
  type Containerd,
  containerdMissing,
  makeBusyboxImage,
  type RunningContainer,
  startContainerd,
  unifiedFolderOf,
} from '@seawall/kube/testing';
import { probeSupport } from '@seawall/probe';
import { type ActionRecord, openStore } from '@seawall/store';

/* A real agent pauses a real container while its store is held by another process, and is killed before it could store that. */

const { isSupported, reason } = { reason: '', ...probeSupport() };
const skip = isSupported ? (containerdMissing() ?? false) : reason;
const live = { skip: skip === false ? false : `SKIPPED: ${skip}`, timeout: 150_000 };

/** Milliseconds: longer than an agent takes to start. */
const PAUSE = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'seawall-killed-'));
const storePath = join(folder, 'store', 'seawall.db');
let containerd: Containerd;
let agent: ChildProcess | undefined;

before(async () => {
  if (skip !== false) return;
  containerd = await startContainerd();
  containerd.importImage(makeBusyboxImage(join(folder, 'image')));
  writeFileSync(
    join(folder, 'rules.yaml'),
    `- rule: Offence
  desc: A container opened what it must not.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/offence and container.id != host
  output: "offence (container=%container.id)"
  priority: WARNING
`,
  );
  writeFileSync(
    join(folder, 'policies.yaml'),
    `apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: pause }
spec:
  rules: [{ name: Offence }]
  mode: enforce
  actions: [{ type: pause, for: ${PAUSE}ms }]
`,
  );
  writeFileSync(
    join(folder, 'seawall.yaml'),
    `rules: [rules.yaml]
policies: [policies.yaml]
source: { runtimes: [{ kind: containerd, socket: '${containerd.socket}' }] }
store: { path: '${storePath}' }
captures: { directory: captures }
http: { listen: '127.0.0.1:0' }
`,
  );
});

after(async () => {
  agent?.kill('SIGKILL');
  if (skip === false) await containerd.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Settles when it watches. */
async function startAgent(): Promise<() => string> {
  const words = ['--conditions=seawall-source', join(import.meta.dirname, '../main.ts'), 'agent'];
  const started = spawn(process.execPath, [...words, '--config', join(folder, 'seawall.yaml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  agent = started;
  let log = '';
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  await until(
    () => {
      assert.equal(started.exitCode, null, log);
      return log.includes('watching this machine');
    },
    () => log,
  );
  return () => log;
}

function isFrozen({ cgroup }: RunningContainer): boolean {
  const freezer = join('/sys/fs/cgroup/freezer', cgroup, 'freezer.state');
  if (existsSync(freezer)) return readFileSync(freezer, 'utf8').trim() !== 'THAWED';
  return /^frozen 1$/m.test(readFileSync(join(unifiedFolderOf(cgroup), 'cgroup.events'), 'utf8'));
}

async function trail(): Promise<readonly ActionRecord[]> {
  const store = openStore({ path: storePath, access: 'read' });
  try {
    return (await store.actions({}, { limit: 10 })).items;
  } finally {
    await store.close();
  }
}

test(
  'a pause that was never stored ends at its time when the agent is killed: the next one knows of it',
  live,
  async () => {
    // The file is opened once a second, so that the agent sees it whenever it is ready.
    const offender = ['/bin/sh', '-c', 'while true; do cat /etc/offence; sleep 1; done'];
    await startAgent();
    const holder = new DatabaseSync(storePath);
    holder.exec('BEGIN IMMEDIATE');
    const container = containerd.runContainer({ command: offender });
    await until(() => isFrozen(container));
    const pausedAt = Date.now();
    // Longer than findings take to be stored.
    await wait(500);
    agent!.kill('SIGKILL');
    await once(agent!, 'exit');
    holder.exec('ROLLBACK');
    holder.close();
    assert.deepEqual(await trail(), []);

    const log = await startAgent();
    const isEarly = Date.now() < pausedAt + PAUSE - 1000;
    if (isEarly) assert.ok(isFrozen(container), log());
    let unpaused = 0;
    await until(async () => {
      // It offends again as soon as it may, and its cool-down was not stored either.
      const first = (await trail()).findLast(({ kind }) => kind === 'pause-container');
      unpaused = first?.undone === undefined ? 0 : Number(first.undone / 1_000_000n);
      return unpaused > 0;
    }, log);
    if (isEarly) assert.ok(Math.abs(unpaused - pausedAt - PAUSE) < 3000, `after ${unpaused - pausedAt} ms`);
    const [record] = (await trail()).toReversed();
    assert.match(
      record!.detail,
      /the agent ended before it was stored; undone by seawall, since its time was over/,
    );
    assert.equal(record!.target.includes(container.id.slice(0, 12)), true, record!.target);
  },
);
