import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  BUSYBOX_IMAGE,
  CRI_NAMESPACE,
  containerdMissing,
  makeBusyboxImage,
  startContainerd,
} from '@seawall/kube/testing';
import { probeSupport } from '@seawall/probe';

const { isSupported, reason } = { reason: '', ...probeSupport() };
const skip = isSupported ? containerdMissing() : reason;

test('Ctrl-C takes away what a drill has made, and says that nothing is said', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-drill-'));
  const containerd = await startContainerd();
  try {
    containerd.importImage(makeBusyboxImage(join(folder, 'image')), CRI_NAMESPACE);
    const rules = join(import.meta.dirname, '../../../../rules');
    const main = join(import.meta.dirname, '../main.ts');
    const words = ['drill', 'run', '--rules', rules, '--image', BUSYBOX_IMAGE];
    const runtime = ['--runtime', `containerd=${containerd.socket}`];
    // In a process group of its own, all of which a terminal would signal.
    const child = spawn(process.execPath, ['--conditions=seawall-source', main, ...words, ...runtime], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, told] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    const ended = once(child, 'close');
    const playing = Promise.withResolvers<void>();
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk;
      if (told.includes('playing ')) playing.resolve();
    });
    await Promise.race([playing.promise, ended]);
    process.kill(-(child.pid as number), 'SIGINT');
    const [code] = await ended;
    assert.equal(code, 3, told);
    assert.match(told, /\[cli\/DRILL_INTERRUPTED\]/);
    assert.equal(output, '');
    const list = ['--address', containerd.socket, '--namespace', CRI_NAMESPACE, 'containers', 'list', '-q'];
    assert.equal(execFileSync('ctr', list, { encoding: 'utf8' }), '');
  } finally {
    await containerd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
