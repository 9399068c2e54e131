import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createHeartbeat, readHeartbeat } from './heartbeat.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-heartbeat-'));
after(() => rmSync(folder, { recursive: true }));

test('the next run sees up to when the last one had everything stored, and whether it ended in order', () => {
  const path = join(folder, 'order');
  assert.equal(readHeartbeat(path), undefined);
  const first = createHeartbeat(path);
  first.beat(1_700_000_000_000_000_000n);
  assert.deepEqual(readHeartbeat(path), { time: 1_700_000_000_000_000_000n, hasEnded: false });
  first.end(1_700_000_000_100_000_000n);
  assert.deepEqual(readHeartbeat(path), { time: 1_700_000_000_100_000_000n, hasEnded: true });
  createHeartbeat(path).beat(1_700_000_001_000_000_000n);
  assert.deepEqual(readHeartbeat(path), { time: 1_700_000_001_000_000_000n, hasEnded: false });
});

test('a damaged file is as good as none', () => {
  const path = join(folder, 'damaged');
  writeFileSync(path, 'what is this\n');
  assert.equal(readHeartbeat(path), undefined);
});
