import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '@seawall/base/testing';
import { probeSupport } from '@seawall/probe';
import { openStore } from '@seawall/store';
import { root, settings, start, withStore } from './testing.ts';

const support = probeSupport();
const live = { skip: support.isSupported ? false : `SKIPPED: ${support.reason}`, timeout: 150_000 };

/** @param path what holds the path of the file that was opened. */
function openedRule(mark: string, path = 'fd.name'): string {
  return `
- rule: Opened ${mark}
  desc: Somebody opened a certain file.
  condition: evt.type in (open, openat, openat2) and ${path} endswith /${mark}
  output: "opened (file=%fd.name command=%proc.cmdline)"
  priority: NOTICE
`;
}

test(
  'this machine is watched; changes on disk are taken over or refused; what was missed is told',
  live,
  async () => {
    const policies = `
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: files }
spec:
  scope: { host: true }
  rules: [{ name: 'Opened *' }]
  actions: [{ type: capture, before: 3s, after: 1s, extent: all }]
  coolDown: 1ms
`;
    const logged: string[] = [];
    const path = settings('live', { 'opened.yaml': openedRule('first-mark'), 'files.yaml': policies }, [
      'rules: [{ path: opened.yaml, meaning: 2017 }]',
      'policies: [files.yaml]',
      'watchFiles: false',
    ]);
    // Another process: the agent does not look at itself.
    const touch = (mark: string): unknown => execFileSync('touch', [join(root, mark)]);
    const found = async (mark: string): Promise<boolean> =>
      withStore('live', async (store) => {
        const { items } = await store.groups({ rules: [`Opened ${mark}`] }, { limit: 1 });
        return items.length > 0;
      });
    let isWatching = false;
    const agent = await start(path, logged, () => {
      isWatching = true;
    });
    await until(() => isWatching);
    touch('first-mark');
    await until(() => found('first-mark'));

    // Rules of 2017 stay such when they are read again.
    writeFileSync(join(root, 'opened.yaml'), openedRule('second-mark', 'evt.arg[1]'));
    assert.equal((await agent.reload()).kind, 'taken');
    touch('second-mark');
    await until(() => found('second-mark'));

    writeFileSync(join(root, 'opened.yaml'), 'nonsense');
    assert.equal((await agent.reload()).kind, 'refused');
    const ready = await fetch(`http://${agent.address}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(await ready.text(), /what has changed was refused/);
    const askMetrics = async (): Promise<string> => (await fetch(`http://${agent.address}/metrics`)).text();
    const metrics = await askMetrics();
    assert.match(metrics, /^seawall_reload_pending 1$/m);
    assert.match(metrics, /^seawall_reloads_total\{result="refused"\} 1$/m);
    // What has become of events is told once a second.
    const evaluated = /^seawall_events_total\{type="openat",fate="evaluated"\} [1-9]/m;
    await until(async () => evaluated.test(await askMetrics()));

    const captures = join(root, 'live', 'captures');
    await until(() => readdirSync(captures).some((name) => name.endsWith('.scap')));
    await agent.stop();

    writeFileSync(join(root, 'opened.yaml'), openedRule('third-mark'));
    const next = await start(path, logged);
    const hasGap = (): Promise<boolean> =>
      withStore('live', async (store) => (await store.gaps({ limit: 9 })).items.length === 1);
    await until(hasGap);
    await next.stop();
    const trail = await withStore('live', async (store) => (await store.actions({}, { limit: 9 })).items);
    assert.deepEqual(
      trail.map(({ kind, result }) => `${kind} ${result}`).sort(),
      trail.map(() => 'capture done'),
      JSON.stringify(trail, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    );
  },
);

test(
  'an agent that starts on a full disk looks at events, and stores what it found when there is room',
  live,
  async (context) => {
    const disk = join(root, 'small');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status !== 0) {
      context.skip('SKIPPED: mounting a small file system takes root');
      return;
    }
    try {
      spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=64k']);
      const logged: string[] = [];
      const path = settings('full', { 'opened.yaml': openedRule('full-mark') }, ['rules: [opened.yaml]']);
      writeFileSync(path, readFileSync(path, 'utf8').replace('full/store.db', 'small/store.db'));
      const agent = await start(path, logged);
      assert.match(logged.join('\n'), /error the store can not be opened: /);
      await until(() => logged.some((line) => line.includes('watching this machine')));
      execFileSync('touch', [join(root, 'full-mark')]);
      await until(async () => (await agent.status()).ledger.waiting > 0);
      const ready = await fetch(`http://${agent.address}/readyz`);
      assert.equal(ready.status, 503);
      assert.match(await ready.text(), /no room left/);
      rmSync(join(disk, 'fill'));
      await until(async () => (await agent.status()).ledger.stored > 0);
      assert.equal((await fetch(`http://${agent.address}/readyz`)).status, 200);
      await agent.stop();
      const store = openStore({ path: join(disk, 'store.db'), access: 'read' });
      const { items } = await store.groups({ rules: ['Opened full-mark'] }, { limit: 1 });
      await store.close();
      assert.equal(items.length, 1);
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  },
);
