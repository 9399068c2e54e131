import assert from 'node:assert/strict';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import type { ActionRecord } from '@seawall/store';
import fc from 'fast-check';
import { createPauseNotes } from './pause-notes.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-pauses-'));
after(() => rmSync(folder, { recursive: true }));
let count = 0;
const newPath = (): string => join(folder, String(count++));

function recordOf(key: string, detail = 'paused'): ActionRecord {
  return {
    ...{ key, occurrence: 'o', kind: 'pause-container', actor: 'policy p', target: 'container ü' },
    ...{
      time: 1_795_296_716_182_619_956n,
      result: 'done',
      detail,
      latencyMilliseconds: 1.5,
      undone: undefined,
    },
    undo: {
      ...{ kind: 'unpause', containerId: 'abc', unified: '/sys/fs/cgroup/abc', freezer: undefined },
      until: '1795296716182619957',
    },
  };
}

test('what one thread has noted the other reads, and takes off', () => {
  const path = newPath();
  const hot = createPauseNotes(path, 'hot loop');
  const main = createPauseNotes(path, 'main');
  assert.deepEqual(main.read(), { records: [], damaged: 0 });
  main.prepare();
  hot.add(recordOf('a'));
  main.add(recordOf('b'));
  hot.add(recordOf('c'));
  assert.deepEqual(main.read(), { records: [recordOf('a'), recordOf('c'), recordOf('b')], damaged: 0 });
  main.remove('a');
  hot.remove('b');
  assert.deepEqual(
    createPauseNotes(path, 'main')
      .read()
      .records.map(({ key }) => key),
    ['c'],
  );
});

test('notes take no more room than the file has from its start, and what does not fit is refused', () => {
  const path = newPath();
  const notes = createPauseNotes(path, 'hot loop');
  notes.prepare();
  const { size } = statSync(path);
  for (let number = 0; number < 48; number += 1) notes.add(recordOf(String(number), 'd'.repeat(10_000)));
  assert.throws(
    () => notes.add(recordOf('more')),
    (error) => isSeawallError(error, 'agent/PAUSE_NOT_NOTED'),
  );
  notes.remove('7');
  notes.add(recordOf('more'));
  assert.throws(() => notes.add({ ...recordOf('long'), target: 't'.repeat(5000) }), /too long/);
  assert.equal(statSync(path).size, size);
});

test('a file that was cut off or never had its length is used as it is', () => {
  const path = newPath();
  const notes = createPauseNotes(path, 'main');
  notes.prepare();
  notes.add(recordOf('a'));
  truncateSync(path, 10);
  assert.deepEqual(notes.read(), { records: [], damaged: 0 });
  notes.prepare();
  notes.add(recordOf('b'));
  assert.deepEqual(notes.read().records, [recordOf('b')]);
});

test('damage is counted once, spoils nothing else, and its place is used again', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 * 4096 - 65 }),
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      (at, bytes) => {
        const path = newPath();
        const notes = createPauseNotes(path, 'hot loop');
        notes.prepare();
        const records = ['a', 'b', 'c'].map((key) => recordOf(key));
        records.forEach(notes.add);
        const file = openSync(path, 'r+');
        writeSync(file, bytes, 0, bytes.length, at);
        closeSync(file);
        const first = notes.read();
        assert.ok(first.records.length + first.damaged <= 3);
        for (const record of first.records) assert.ok(records.some(({ key }) => key === record.key));
        assert.ok(first.records.some(({ key }) => key === 'c'));
        assert.deepEqual(notes.read(), { records: first.records, damaged: 0 });
        notes.add(recordOf('d'));
        assert.ok(notes.read().records.some(({ key }) => key === 'd'));
        notes.close();
      },
    ),
    { numRuns: 50 },
  );
});

test('a file of something else is no reason to fail, and a folder is one', () => {
  const path = newPath();
  writeFileSync(path, 'not ours\n'.repeat(2000));
  const notes = createPauseNotes(path, 'main');
  assert.deepEqual(notes.read().damaged, 5);
  assert.ok(readFileSync(path).every((byte) => byte === 0));
  const other = newPath();
  mkdirSync(other);
  assert.throws(() => createPauseNotes(other, 'main').read(), /EISDIR/);
});
