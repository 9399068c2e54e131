import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { scratchFolder } from '../testing/scratch.ts';
import { whileLocked } from './lock.ts';

test('a second change waits for nobody: it is refused while the first runs, and welcome after', async (context) => {
  const root = scratchFolder(context);
  await whileLocked(root, async () => {
    await assert.rejects(
      whileLocked(root, async () => assert.fail('entered twice')),
      (error) => isSeawallError(error, 'pki/LOCKED') && error.details.holder === process.pid,
    );
  });
  assert.equal(await whileLocked(root, async () => 7), 7);
  assert.deepEqual(readdirSync(root), []);
});

test('the lock of a process that has ended is taken over', async (context) => {
  const root = scratchFolder(context);
  const ended = spawnSync(process.execPath, ['-e', '0']).pid;
  writeFileSync(join(root, '.seawall-lock'), String(ended));
  assert.equal(await whileLocked(root, async () => existsSync(join(root, '.seawall-lock'))), true);
});

test('the lock is released when the action fails', async (context) => {
  const root = scratchFolder(context);
  await assert.rejects(
    whileLocked(root, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.deepEqual(readdirSync(root), []);
});
