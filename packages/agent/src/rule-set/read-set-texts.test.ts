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
    read([rules]).texts.ruleFiles.map(({ content }) => content),
    ['a.yaml', 'b.yml'],
  );
});

test('more than the memory has room for is refused before it is read, however it is divided', () => {
  const half = '#'.repeat(MEBIBYTE / 2);
  const [one, two] = [file('one.yaml', half), file('two.yaml', half)];
  assert.equal(read([one], [two]).texts.ruleFiles.length, 1);
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

test('a folder may hold rules, policies and cases, and be given for rules, for policies and for both', () => {
  const mixed = join(folder, 'mixed');
  mkdirSync(mixed);
  const rules = file('mixed/rules.yaml', '- { list: a, items: [b] }');
  const policies = file('mixed/policies.yaml', 'apiVersion: seawall.dev/v1alpha1\nkind: RuleSet\n');
  const cases = file('mixed/rules.test.yaml', 'cases: []\n');
  const namesOf = ({ texts, leftOut }: ReturnType<typeof read>) => ({
    rules: texts.ruleFiles.map(({ name }) => name),
    policies: texts.policyFiles.map(({ path }) => path),
    leftOut,
  });
  assert.deepEqual(namesOf(read([mixed])), {
    rules: [rules],
    policies: [],
    leftOut: [
      `${policies} holds policies, no rules: left out`,
      `${cases} holds rule cases, no rules: left out`,
    ],
  });
  assert.deepEqual(namesOf(read([], [mixed])), { rules: [rules], policies: [policies], leftOut: [] });
  assert.deepEqual(namesOf(read([mixed], [mixed])), {
    rules: [rules],
    policies: [policies],
    leftOut: [`${cases} holds rule cases, no rules: left out`],
  });
  assert.deepEqual(namesOf(read([policies], [cases])), { rules: [policies], policies: [cases], leftOut: [] });
});

test('objects that lie in no file are counted, and rule files that they name are not read for them', () => {
  const objects = [
    {
      path: 'kubernetes:RuleSet/a',
      text: `{ apiVersion: seawall.dev/v1alpha1, kind: RuleSet, metadata: { name: a }, spec: { files: [/etc/passwd] } }`,
    },
  ];
  const paths = { rules: [], policies: [], matching: 'all', memoryMebibytes: 128 } as const;
  const { texts } = readSetTexts({ ...paths, objects });
  assert.deepEqual(texts, { ruleFiles: [], policyFiles: objects, matching: 'all' });
  const long = { path: 'kubernetes:RuleSet/b', text: '#'.repeat(MEBIBYTE) };
  assert.throws(() => readSetTexts({ ...paths, objects: [...objects, long] }), {
    code: 'agent/TEXTS_TOO_LONG',
    message: /kubernetes:RuleSet\/b/,
  });
});
