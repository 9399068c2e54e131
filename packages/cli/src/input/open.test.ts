import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runCommand } from '../testing/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-input-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a small file that unpacks without end is refused before it fills the memory', async () => {
  const path = join(folder, 'rules.yaml');
  writeFileSync(path, gzipSync(Buffer.alloc(129 * 1024 * 1024)));
  const { code, stderr } = await runCommand(['rules', 'check', path]);
  assert.equal(code, 3);
  assert.match(stderr, /unpacked it has more than 134217728 bytes \[cli\/INPUT_TOO_LONG\]/);
});
