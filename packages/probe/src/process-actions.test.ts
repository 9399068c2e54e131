import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { openProcessActions } from './process-actions.ts';

const skip =
  spawnSync('cc', ['--version']).error === undefined
    ? false
    : 'SKIPPED: there is no C compiler (apt-get install gcc)';

const SIGTERM = 15;
const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

async function startSleeper(context: TestContext): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  context.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child as ChildProcess & { readonly pid: number };
}

test('a signal reaches the process that ran at the time', { skip }, async (context) => {
  const child = await startSleeper(context);
  const ended = once(child, 'exit');
  assert.equal(openProcessActions().signal(child.pid, SIGTERM, now()), 'sent');
  assert.deepEqual(await ended, [null, 'SIGTERM']);
});

test('who has the pid now and started later is left alone', { skip }, async (context) => {
  const child = await startSleeper(context);
  assert.equal(openProcessActions().signal(child.pid, SIGTERM, now() - 60_000_000_000n), 'gone');
  assert.equal(child.exitCode, null);
  assert.ok(process.kill(child.pid, 0));
});

test('a process that has ended is gone', { skip }, async (context) => {
  const child = await startSleeper(context);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  assert.equal(openProcessActions().signal(child.pid, SIGTERM, now()), 'gone');
});

test('pid 1, process groups and everybody are never signalled', { skip }, () => {
  const actions = openProcessActions();
  for (const pid of [1, 0, -1, -100]) {
    assert.throws(() => actions.signal(pid, 0, now()), { code: 'EINVAL' });
  }
});

test('what the kernel refuses is thrown with its name', { skip }, async (context) => {
  const child = await startSleeper(context);
  assert.throws(() => openProcessActions().signal(child.pid, 4711, now()), { code: 'EINVAL' });
});
