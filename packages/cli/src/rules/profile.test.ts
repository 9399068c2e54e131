import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../testing/run-command.ts';

const root = join(import.meta.dirname, '../../../..');
const capture = join(root, 'examples/control-plane/attack.scap.gz');
const scratch = mkdtempSync(join(tmpdir(), 'seawall-profile-'));
after(() => rmSync(scratch, { recursive: true }));

const profile = (...words: readonly string[]) =>
  runCommand(['rules', 'profile', '--capture', capture, '--events', '20000', ...words]);

test('profile shows rules, comparisons and advice, costliest first, as aligned tables', async () => {
  const { code, stdout } = await profile(join(root, 'rules'), '--top', '3');
  assert.equal(code, 0);
  assert.match(stdout, /^20,000 events, [\d,]+ of them of types that rules are about; asking all rules/);
  const [, ruleTable, predicateTable] = stdout.split('\n\n');
  const rows = ruleTable.split('\n');
  assert.match(rows[0], /^rules \(3 of \d+\)$/);
  assert.match(rows[1], /^ *SHARE +COST\/EVENT +ASKED +MATCHED +HELD +COST EACH +RULE$/);
  assert.equal(rows.length, 5);
  const shares = rows.slice(2).map((row) => Number.parseFloat(row));
  assert.deepEqual(
    shares,
    shares.toSorted((left, right) => right - left),
  );
  for (const row of rows.slice(2)) {
    assert.equal(row.search(/[A-Z]/), rows[1].indexOf('RULE'), `the name stands under its title: ${row}`);
  }
  assert.match(predicateTable, /^comparisons \(3 of \d+\)\n/);
});

test('profile as JSON has every rule, unless told otherwise', async () => {
  const rules = join(scratch, 'rules.yaml');
  const rule = (name: string, condition: string) =>
    `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: INFO\n`;
  writeFileSync(
    rules,
    Array.from({ length: 20 }, (_, index) =>
      rule(`R${index}`, `evt.type = openat and fd.num = ${index}`),
    ).join(''),
  );
  const all = await profile(rules, '--output', 'json');
  const two = await profile(rules, '--output', 'json', '--top', '2');
  interface Report {
    readonly events: number;
    readonly rules: readonly { readonly evaluated: number; readonly costEach: number }[];
  }
  const report = JSON.parse(all.stdout) as Report;
  assert.deepEqual([all.code, report.events, report.rules.length], [0, 20_000, 20]);
  assert.ok(report.rules.every(({ evaluated, costEach }) => evaluated > 0 && costEach > 0));
  assert.equal((JSON.parse(two.stdout) as Report).rules.length, 2);
});

test('profile exits with 1 for rules with errors, 2 for wrong usage, 3 for a recording that breaks off', async () => {
  const broken = join(scratch, 'broken.yaml');
  writeFileSync(broken, '- rule: B\n  desc: d\n  condition: nothing\n  output: o\n  priority: INFO\n');
  assert.equal((await profile(broken)).code, 1);
  assert.equal((await runCommand(['rules', 'profile', join(root, 'rules')])).code, 2);
  assert.equal((await profile(join(root, 'rules'), '--top', '0')).code, 2);
  const half = join(scratch, 'half.scap.gz');
  writeFileSync(half, readFileSync(capture).subarray(0, 200_000));
  const cut = await runCommand(['rules', 'profile', '--capture', half, join(root, 'rules')]);
  assert.equal(cut.code, 3);
  assert.match(cut.stdout, /^[\d,]+ events, /, 'what was measured is shown');
  assert.match(cut.stderr, /half\.scap\.gz/);
});
