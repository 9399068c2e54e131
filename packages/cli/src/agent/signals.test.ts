import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { killWithTest } from '@seawall/base/testing';
import { probeSupport } from '@seawall/probe';

const root = join(import.meta.dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'seawall-agent-signals-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'seawall.yaml');
writeFileSync(
  join(folder, 'deny.yaml'),
  `
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: nothing-here }
spec:
  scope: { namespaces: [nowhere], containers: [nothing] }
  rules: [{ tag: etcd }]
  mode: enforce
  actions: [{ type: deny, calls: [ptrace], files: [/etc/kubernetes/pki/] }]
`,
);
writeFileSync(
  path,
  JSON.stringify({
    ...{ rules: [join(root, 'rules')], policies: ['deny.yaml'], source: { runtimes: [] } },
    ...{ store: { path: 'store/seawall.db' }, captures: { directory: 'store/captures' } },
    http: { listen: '127.0.0.1:0' },
  }),
);

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

/** Starts an agent that watches this machine, and does something to it while it starts. */
async function runAgent(disturb: (send: (signal: NodeJS.Signals) => void) => Promise<void>): Promise<Ended> {
  const words = ['--conditions=seawall-source', join(import.meta.dirname, '../main.ts'), 'agent', '--config'];
  const child = killWithTest(
    spawn(process.execPath, [...words, path], { stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  const ended = Promise.all([text(child.stderr), once(child, 'close')]);
  await disturb((signal) => child.kill(signal));
  const [errors, [code, signal]] = await ended;
  return { code, signal, errors };
}

/** What an agent that runs keeps beside its store, and nobody else. */
function leftBehind(): readonly string[] {
  const store = join(folder, 'store');
  return existsSync(store) ? readdirSync(store).filter((name) => /lock|-wal|-shm/.test(name)) : [];
}

const { isSupported, reason } = { reason: '', ...probeSupport() };
const skip = isSupported ? false : reason;

test('an agent that is told to end while it starts ends in order, whenever that is', { skip }, async () => {
  for (const milliseconds of [50, 300, 800, 1500, 2500, 4000]) {
    const name = milliseconds % 200 === 100 ? 'SIGINT' : 'SIGTERM';
    const { code, signal, errors } = await runAgent(async (send) => {
      await wait(milliseconds);
      send(name);
    });
    // Before it hears signals it has not begun.
    if (signal === null) assert.match(errors, / info ended/);
    else assert.equal(errors, '');
    assert.equal(signal ?? code, signal === null ? 0 : name, errors);
    assert.deepEqual(leftBehind(), [], `after ${milliseconds} ms`);
  }
});

test('SIGHUP ends no agent that still starts: it takes over rules and policies when it has', {
  skip,
}, async () => {
  const lock = join(folder, 'store', 'seawall.db.lock');
  const { code, errors } = await runAgent(async (send) => {
    while (!existsSync(lock)) await wait(10);
    send('SIGHUP');
    const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
    assert.ok(pid > 0);
    await wait(2000);
    send('SIGTERM');
  });
  assert.equal(code, 0, errors);
  assert.deepEqual(leftBehind(), []);
});
