import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { killWithTest, until } from '@seawall/base/testing';
import { probeSupport } from '@seawall/probe';
import { hears } from '../testing/processes.ts';
import { runCommand } from '../testing/run-command.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;

test('probe status says what is on, and counts events by type', { skip }, async () => {
  const { code, stdout } = await runCommand(['probe', 'status', '--seconds', '0.2', '--output', 'json']);
  assert.equal(code, 0);
  const status = JSON.parse(stdout) as { isSupported: boolean; calls: string[]; counts: { event: string }[] };
  assert.equal(status.isSupported, true);
  assert.ok(status.calls.includes('openat'));
  assert.ok(!status.calls.includes('read'));
});

test('a machine that can not be watched says why, in one line, whatever is to watch it', {
  skip: skip === false && !canDropRights(),
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-unprivileged-'));
  chmodSync(folder, 0o777);
  try {
    const file = join(import.meta.dirname, '..', 'main.ts');
    const main = ['--conditions=seawall-source', file];
    // To the owner of the checkout, who may read it: it can be in root's own folder.
    const owner = `--reuid=${statSync(file).uid}`;
    const drop = skip === false ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all', owner] : [];
    const commands: [number, ...string[]][] = [
      [1, 'probe', 'status'],
      [3, 'watch', '--rules', 'rules'],
      [3, 'profile', 'learn', '--live'],
      [3, 'capture', 'record', '-w', join(folder, 'recording.scap')],
    ];
    for (const [code, ...words] of commands) {
      const [program, ...rest] = [...drop, process.execPath, ...main, ...words];
      // Nothing can be kept there, nor is there anything to be kept.
      const env = { ...process.env, HOME: '/dev/null/none', XDG_CACHE_HOME: '' };
      const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', env });
      assert.equal(status, code, `${words.join(' ')}: ${stderr}`);
      assert.match(stdout + stderr, /this machine can not be watched live: .+\n$/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a container runtime is named by its kind and its socket, or none', async () => {
  const { code, stderr } = await runCommand(['watch', '--rules', 'rules', '--runtime', 'docker=x.sock']);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /--runtime .* is invalid\. It is one of cri, docker, podman, containerd, an equals sign/,
  );
});

test('capture record keeps what a filter chooses, and the events that the tables need', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-record-'));
  try {
    const file = join(folder, 'recorded.scap');
    const filter = ['evt.type', '=', 'execve', 'and', 'proc.name', '=', 'true'];
    const recording = runCommand(['capture', 'record', '-w', file, '--seconds', '3', ...filter]);
    const starting = setInterval(() => spawnSync('/bin/true'), 200);
    const { code, stderr } = await recording;
    clearInterval(starting);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\d events?, \d+ events? lost/);
    const shown = await runCommand([
      'capture',
      'print',
      file,
      'evt.type',
      '=',
      'execve',
      '--format',
      '%proc.name',
    ]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^true$/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Whether there is a program that takes rights away, as another user than root can't be expected to read the sources. */
function canDropRights(): boolean {
  return spawnSync('setpriv', ['--version']).status === 0;
}

test('probe status that is interrupted shows what it has counted by then', { skip }, async () => {
  const words = ['--conditions=seawall-source', join(import.meta.dirname, '..', 'main.ts')];
  const child = killWithTest(
    spawn(process.execPath, [...words, 'probe', 'status', '--seconds', '600', '--output', 'json']),
  );
  const ended = Promise.all([text(child.stdout), once(child, 'close')]);
  await until(() => child.exitCode !== null || hears(child.pid as number, constants.signals.SIGHUP));
  child.kill('SIGHUP');
  const [stdout, [code]] = await ended;
  assert.equal(code, 0);
  assert.ok((JSON.parse(stdout) as { seconds: number }).seconds < 60);
});
