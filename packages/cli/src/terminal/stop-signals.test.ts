import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { killWithTest } from '@seawall/base/testing';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'seawall-signals-'));
after(() => rmSync(folder, { recursive: true }));

/** Ends in order only after a while, as an agent does that has much to put away, and then says so. */
const slow = `
import { writeSync } from 'node:fs';
import { onStopSignal } from ${JSON.stringify(join(import.meta.dirname, 'stop-signals.ts'))};
const timer = setInterval(() => {}, 1000);
const release = onStopSignal(['SIGINT', 'SIGTERM'], () => setTimeout(end, Number(process.argv[2])));
function end() {
  release();
  clearInterval(timer);
  writeSync(1, 'ended in order');
}
process.on('SIGUSR2', () => {
  // Too busy to hear anything for a while.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
});
writeSync(1, 'ready ');
`;
const slowPath = join(folder, 'slow.mjs');
writeFileSync(slowPath, slow);

interface Started {
  readonly pid: number;
  /** @returns whether it is still there. */
  send(signal: NodeJS.Signals): boolean;
  /** What it has written so far. */
  output(): string;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Starts it in a process group of its own, and waits until it hears signals. */
async function startSlow(milliseconds: number, launcher: readonly string[] = [slowPath]): Promise<Started> {
  const words = [...launcher, String(milliseconds)];
  const child = killWithTest(
    spawn(process.execPath, words, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  await Promise.race([once(child.stdout, 'data'), ended]);
  return { pid: child.pid as number, send: (signal) => child.kill(signal), output: () => output, ended };
}

/** The same by way of what `seawall` and `npm start` run. */
const startLaunched = (milliseconds: number): Promise<Started> =>
  startSlow(milliseconds, [join(root, 'scripts', 'bootstrap.mjs'), relative(root, slowPath)]);

test('a signal that arrives several times in a moment is one: it ends in order', async () => {
  const { pid, output, ended } = await startSlow(300);
  for (let count = 0; count < 3; count += 1) {
    process.kill(pid, 'SIGINT');
    await wait(20);
  }
  assert.deepEqual(await ended, { code: 0, signal: null });
  assert.match(output(), /ended in order/);
});

test('an echo is one also where it is heard late, because the program was busy', async () => {
  const { pid, output, ended } = await startSlow(300);
  process.kill(pid, 'SIGTERM');
  await wait(30);
  process.kill(pid, 'SIGUSR2');
  await wait(30);
  process.kill(pid, 'SIGTERM');
  assert.deepEqual(await ended, { code: 0, signal: null });
  assert.match(output(), /ended in order/);
});

test('echoes that arrive while the process takes itself apart leave its end in order', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { send, ended } = await startSlow(0);
    while (send('SIGINT')) await wait(1);
    assert.deepEqual(await ended, { code: 0, signal: null });
  }
});

test('a later signal ends it at once, also another than the first', async () => {
  const { pid, output, ended } = await startSlow(60_000);
  process.kill(pid, 'SIGINT');
  await wait(700);
  process.kill(pid, 'SIGTERM');
  assert.deepEqual(await ended, { code: null, signal: 'SIGTERM' });
  assert.doesNotMatch(output(), /ended in order/);
});

test('Ctrl-C reaches the launcher and what it has launched: that ends in order', async () => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    const { pid, output, ended } = await startLaunched(200);
    process.kill(-pid, name);
    assert.deepEqual(await ended, { code: 0, signal: null }, name);
    assert.match(output(), /ended in order/);
  }
});

test('what ends as soon as it is told to hears the launcher’s echo no more', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { pid, ended } = await startLaunched(0);
    process.kill(-pid, 'SIGINT');
    assert.deepEqual(await ended, { code: 0, signal: null });
  }
});

test('a signal to the launcher alone is passed on', async () => {
  const { pid, output, ended } = await startLaunched(0);
  process.kill(pid, 'SIGTERM');
  assert.deepEqual(await ended, { code: 0, signal: null });
  assert.match(output(), /ended in order/);
});

test('Ctrl-C again ends what was launched at once', async () => {
  const { pid, output, ended } = await startLaunched(60_000);
  process.kill(-pid, 'SIGINT');
  await wait(700);
  process.kill(-pid, 'SIGINT');
  assert.deepEqual(await ended, { code: 130, signal: null });
  assert.doesNotMatch(output(), /ended in order/);
});
