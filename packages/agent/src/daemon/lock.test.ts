import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { killWithTest } from '@seawall/base/testing';
import { takeLock } from './lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-lock-'));
after(() => rmSync(folder, { recursive: true }));

test('a lock is there while it is held', () => {
  const path = join(folder, 'own');
  const lock = takeLock(path);
  assert.match(readFileSync(path, 'utf8'), new RegExp(`^${process.pid} `));
  lock.release();
  assert.equal(existsSync(path), false);
});

test('a lock of a process that runs is respected, one of a process that was killed is not', async () => {
  const path = join(folder, 'other');
  const holder = killWithTest(
    spawn(process.execPath, [
      ...process.execArgv,
      '--input-type=module',
      '--eval',
      `import { takeLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
     takeLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`,
    ]),
  );
  await once(holder.stdout, 'data');
  assert.throws(
    () => takeLock(path),
    (error) => isSeawallError(error, 'agent/ALREADY_RUNNING') && error.message.includes(String(holder.pid)),
  );
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  takeLock(path).release();
});

test('the pid of a lock that somebody else has by now does not keep anybody out', () => {
  const path = join(folder, 'reused');
  writeFileSync(path, `${process.ppid} 1`);
  takeLock(path).release();
});
