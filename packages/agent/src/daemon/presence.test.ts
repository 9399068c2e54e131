import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Gap } from '@seawall/store';
import { createHeartbeat, readHeartbeat } from './heartbeat.ts';
import { createPresence } from './presence.ts';

const root = mkdtempSync(join(tmpdir(), 'seawall-presence-'));
after(() => rmSync(root, { recursive: true }));

function setting(path: string, heartbeat = createHeartbeat(path)) {
  const gaps: Gap[] = [];
  const errors: string[] = [];
  const world = { isBroken: false, committed: 0n, now: 1000n };
  const presence = createPresence({
    lastRun: readHeartbeat(path),
    heartbeat,
    store: {
      async commit({ gaps: given = [] }) {
        if (world.isBroken) throw new Error('the disk is full');
        gaps.push(...given);
        return { known: [], groups: new Map() };
      },
    },
    committed: () => world.committed,
    now: () => world.now,
    onError: (message) => errors.push(message),
  });
  return { presence, gaps, errors, world };
}

const turn = () => new Promise(setImmediate);

test('the time between two runs is a gap, which says how the first one ended', async () => {
  const path = join(root, 'two');
  const first = setting(path);
  first.presence.begin();
  first.world.committed = 5n;
  first.presence.beat();
  first.presence.end();
  const second = setting(path);
  second.presence.begin();
  await turn();
  assert.deepEqual(first.gaps, []);
  assert.deepEqual(
    second.gaps.map(({ from, to, reason }) => [from, to, reason]),
    [[5n, 1000n, 'no agent was running']],
  );
  second.world.committed = 1500n;
  second.presence.beat();
  const third = setting(path);
  third.world.now = 2000n;
  third.presence.begin();
  await turn();
  assert.deepEqual(
    third.gaps.map(({ from, to, reason }) => [from, to, reason]),
    [[1500n, 2000n, 'the agent had ended without notice']],
  );
});

test('a start that failed leaves what the run before wrote', () => {
  const path = join(root, 'failed');
  setting(path).presence.end();
  assert.equal(readHeartbeat(path), undefined);
  createHeartbeat(path).beat(7n);
  setting(path).presence.end();
  assert.deepEqual(readHeartbeat(path), { time: 7n, hasEnded: false });
});

test('a gap that can not be stored is tried again, and not forgotten meanwhile', async () => {
  const path = join(root, 'again');
  createHeartbeat(path).beat(7n);
  const { presence, gaps, errors, world } = setting(path);
  world.isBroken = true;
  world.committed = 900n;
  presence.begin();
  await turn();
  presence.beat();
  presence.tick();
  await turn();
  assert.equal(errors.length, 1);
  assert.deepEqual(readHeartbeat(path), { time: 7n, hasEnded: false });
  world.isBroken = false;
  presence.tick();
  await turn();
  assert.deepEqual(
    gaps.map(({ from }) => from),
    [7n],
  );
  presence.beat();
  presence.end();
  assert.deepEqual(readHeartbeat(path), { time: 900n, hasEnded: true });
});

test('a clock that was set back makes no gap that ends before it begins', async () => {
  const path = join(root, 'back');
  createHeartbeat(path).beat(5000n);
  const { presence, gaps } = setting(path);
  presence.begin();
  await turn();
  assert.deepEqual(
    gaps.map(({ from, to }) => [from, to]),
    [[1000n, 1000n]],
  );
});

test('a disk that is full ends nothing, and is told once', () => {
  const { presence, errors, world } = setting(join(root, 'full'), createHeartbeat('/dev/full'));
  presence.begin();
  world.committed = 5n;
  presence.beat();
  presence.beat();
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? '', /ENOSPC/);
  presence.end();
});

test('a run that ended before it looked at events leaves the gap to the one that does', async () => {
  const path = join(root, 'unwatched');
  const first = setting(path);
  first.presence.begin();
  first.world.committed = 5n;
  first.presence.beat();
  first.presence.end();
  const stopped = setting(path);
  // What loads rules for a while tells how far it is, too.
  stopped.world.committed = 500n;
  stopped.presence.beat();
  stopped.presence.end();
  const next = setting(path);
  next.presence.begin();
  await turn();
  assert.deepEqual(
    next.gaps.map(({ from, to, reason }) => [from, to, reason]),
    [[5n, 1000n, 'no agent was running']],
  );
});
