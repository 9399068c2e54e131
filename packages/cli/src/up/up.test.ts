import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..', '..', '..');

test('without the repository around it `up` says at once that it has no rules and no recording', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-installed-'));
  context.after(() => rmSync(folder, { recursive: true }));
  cpSync(join(root, 'packages', 'cli', 'src'), join(folder, 'packages', 'cli', 'src'), { recursive: true });
  cpSync(join(root, 'packages', 'cli', 'package.json'), join(folder, 'packages', 'cli', 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const words of [['up'], ['up', '--replay']]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...['--conditions=seawall-source', '--disable-warning=ExperimentalWarning'],
        ...[join(folder, 'packages', 'cli', 'src', 'main.ts'), ...words],
      ],
      { encoding: 'utf8' },
    );
    assert.match(stderr, /^seawall: .*part of the repository, not of the published package.*\n$/);
    assert.deepEqual([status, stdout], [3, '']);
  }
});
