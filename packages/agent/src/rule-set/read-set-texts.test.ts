import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readSetTexts } from './read-set-texts.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'seawall-texts-'));
});
after(() => rmSync(folder, { recursive: true }));

const MEBIBYTE = 1024 * 1024;
const read = (rules: readonly string[], policies: readonly string[] = []) =>
  readSetTexts({
    rules: rules.map((path) => ({ path, meaning: 'today' })),
    ...{ policies, matching: 'all', memoryMebibytes: 128 },
  });

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('a folder’s YAML files are read by name, others and folders in it are not', () => {
  const rules = join(folder, 'rules');
  mkdirSync(join(rules, 'c.yaml'), { recursive: true });
  for (const name of ['b.yml', 'a.yaml', '.hidden.yaml', 'd.txt']) file(join('rules', name), name);
  assert.deepEqual(
    read([rules]).ruleFiles.map(({ content }) => content),
    ['a.yaml', 'b.yml'],
  );
});

test('more than the memory has room for is refused before it is read, however it is divided', () => {
  const half = '#'.repeat(MEBIBYTE / 2);
  const [one, two] = [file('one.yaml', half), file('two.yaml', half)];
  assert.equal(read([one], [two]).ruleFiles.length, 1);
  const more = file('more.yaml', '#');
  assert.throws(() => read([one], [two, more]), {
    code: 'agent/TEXTS_TOO_LONG',
    message: /more\.yaml \(1 bytes\)/,
  });
});

test('what may never end is not read', () => {
  assert.throws(() => read(['/dev/zero']), {
    code: 'agent/FILE_UNREADABLE',
    message: /it is no file and no folder/,
  });
});

test('rule files that only rule sets name are read as well, and counted', () => {
  const long = file('long.yaml', '#'.repeat(MEBIBYTE));
  const set = file(
    'set.yaml',
    `{ apiVersion: seawall.dev/v1alpha1, kind: RuleSet, metadata: { name: a }, spec: { files: [${long}] } }`,
  );
  assert.throws(() => read([], [set]), { code: 'agent/TEXTS_TOO_LONG' });
});
