import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { fingerprintOf, watchFiles } from './watch-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'seawall-files-'));
  writeFileSync(join(root, 'a.yaml'), 'a');
  mock.timers.enable({ apis: ['setInterval'] });
});
afterEach(() => {
  mock.timers.reset();
  rmSync(root, { recursive: true });
});

test('a change is told once, when files have come to rest', () => {
  let changes = 0;
  const watch = watchFiles(
    () => [root],
    () => {
      changes += 1;
    },
  );
  mock.timers.tick(3000);
  assert.equal(changes, 0);
  writeFileSync(join(root, 'b.yaml'), 'b');
  mock.timers.tick(1000);
  writeFileSync(join(root, 'b.yaml'), 'and more');
  mock.timers.tick(1000);
  assert.equal(changes, 0, 'it is still being written');
  mock.timers.tick(3000);
  assert.equal(changes, 1);
  watch.close();
});

test('what changed between reading and watching is told', () => {
  let changes = 0;
  const read = fingerprintOf([root]);
  writeFileSync(join(root, 'a.yaml'), 'another');
  const watch = watchFiles(
    () => [root],
    () => {
      changes += 1;
    },
    read,
  );
  mock.timers.tick(2000);
  assert.equal(changes, 1);
  watch.close();
});

test('a file that is gone, and one that is named later, are changes', () => {
  let changes = 0;
  const paths = [join(root, 'a.yaml')];
  const watch = watchFiles(
    () => paths,
    () => {
      changes += 1;
    },
  );
  rmSync(join(root, 'a.yaml'));
  mock.timers.tick(2000);
  assert.equal(changes, 1);
  mkdirSync(join(root, 'more'));
  paths.push(join(root, 'more'));
  mock.timers.tick(2000);
  assert.equal(changes, 2);
  watch.close();
});
