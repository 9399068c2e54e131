import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createAuthority } from '@seawall/pki';

const seawall = [
  '--conditions=seawall-source',
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, '../main.ts'),
];

interface Watching {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  output(): string;
}

function scratch(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-pki-watch-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts `seawall pki watch` in a process of its own, and waits until it serves metrics. */
async function startWatch(words: readonly string[], context: TestContext): Promise<Watching> {
  const child = spawn(process.execPath, [...seawall, 'pki', 'watch', '--metrics', '127.0.0.1:0', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  context.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk;
      const [, found] = /metrics on (\S+)\n/.exec(errors) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.on('close', () => reject(new Error(errors)));
  });
  return { child, url, ended, output: () => output };
}

async function writeAuthority(path: string, commonName: string): Promise<void> {
  const order = { commonName, algorithm: 'p256', lifetimeDays: 10, now: Date.now() } as const;
  writeFileSync(path, (await createAuthority(order)).certificate.toString());
}

test('a signal ends it in order, though Prometheus keeps its connection open', async (context) => {
  const folder = scratch(context);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const { child, url, ended } = await startWatch([folder], context);
    const agent = new Agent({ keepAlive: true });
    const [response] = await once(get(url, { agent }), 'response');
    assert.match(await text(response), /seawall_certificate_warn_within_seconds/);
    child.kill(signal);
    assert.deepEqual(await ended, { code: 0, signal: null }, signal);
    await assert.rejects(fetch(url), signal);
    agent.destroy();
  }
});

test('a path that goes away while it is watched is told, and the watch goes on', async (context) => {
  const folder = scratch(context);
  const path = join(folder, 'server.crt');
  await writeAuthority(path, 'one');
  const { child, ended, output } = await startWatch(['--interval', '1s', '--within', '1d', path], context);
  renameSync(path, `${path}.old`);
  for (let round = 0; !output().includes('no such file') && round < 100; round += 1) await wait(100);
  assert.match(output(), /unreadable +\S+server\.crt: .*no such file/);
  renameSync(`${path}.old`, path);
  for (let round = 0; !output().includes(' good ') && round < 100; round += 1) await wait(100);
  assert.match(output(), / good +\S+server\.crt/);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, { code: 0, signal: null });
});

test('what a certificate calls itself does not steer the terminal', async (context) => {
  const path = join(scratch(context), 'server.crt');
  await writeAuthority(path, 'one\u001b[2J\u001b]0;owned\u0007two');
  const { child, ended, output } = await startWatch([path], context);
  child.kill('SIGTERM');
  await ended;
  assert.match(output(), /soon +\S+server\.crt \(CN=one.*two\): ends in \d+ days/);
  assert.doesNotMatch(output(), /[\u0000-\u0009\u000b-\u001f]/);
});
