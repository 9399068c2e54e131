import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { killWithTest } from '@seawall/base/testing';
import { openStore } from './open.ts';
import { scratchFolder } from './testing/samples.ts';

const child = join(import.meta.dirname, 'testing', 'committing-child.ts');

/** Lets the child commit until it was killed; gives the last position that it said it had committed. */
async function commitUntilKilled(path: string, milliseconds: number): Promise<number> {
  const committing = killWithTest(
    spawn(
      process.execPath,
      ['--conditions=seawall-source', '--disable-warning=ExperimentalWarning', child, path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    ),
  );
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    committing.on('close', (_, signal) => resolve(signal));
  });
  let said = '';
  committing.stdout.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  // From its first commit on, so that a slow start doesn't count.
  committing.stdout.once('data', () => setTimeout(() => committing.kill('SIGKILL'), milliseconds));
  assert.equal(await ended, 'SIGKILL');
  return Number(said.trimEnd().split('\n').at(-1));
}

test('killed at any moment, again and again: findings, messages and position are of the same commit, each once', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  for (let round = 0; round < 4; round++) {
    const said = await commitUntilKilled(path, Math.random() * 60);
    const store = openStore({ path, access: 'read' });
    const position = Number(await store.position('capture'));
    assert.ok(position >= said, `it said that ${said} were committed, but ${position} are there`);
    assert.deepEqual(await store.check(), []);
    const keys = (await store.feed({}, { limit: 1e6 })).items.map(({ key }) => Number(key));
    assert.deepEqual(
      keys,
      Array.from({ length: position }, (_, index) => position - 1 - index),
    );
    const groups = (await store.groups({}, { limit: 100 })).items;
    assert.equal(
      groups.reduce((sum, { count }) => sum + count, 0),
      position,
    );
    const messages = (await store.outbox({}, { limit: 1e6 })).items.map(
      ({ deduplicationKey }) => deduplicationKey,
    );
    assert.equal(messages.length, position / 10);
    assert.equal(new Set(messages).size, messages.length);
    await store.close();
  }
});
