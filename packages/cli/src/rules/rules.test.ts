import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../testing/run-command.ts';

const scratch = mkdtempSync(join(tmpdir(), 'seawall-rules-'));
after(() => rmSync(scratch, { recursive: true }));

const good =
  '- rule: Good\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n  tags: [t]\n';
const bad = '- rule: Bad\n  desc: d\n  condition: evt.type = open and\n  output: o\n  priority: INFO\n';

test('check exits with 0 for rules that load, and counts them', async () => {
  const { code, stdout } = await runCommand(['rules', 'check', '-'], { input: good });
  assert.deepEqual([code, stdout], [0, '1 rule in 1 file: 0 errors, 0 warnings\n']);
});

test('check shows the line of an error with a marker under the fault, and exits with 1', async () => {
  const path = join(scratch, 'bad.yaml');
  writeFileSync(path, bad);
  const { code, stdout } = await runCommand(['rules', 'check', path]);
  assert.equal(code, 1);
  assert.match(stdout, /bad\.yaml:3:\d+: error: /);
  assert.match(stdout, /\n {2}3 \| .*evt\.type = open and\n {4}\| +\^/);
  const json = await runCommand(['rules', 'check', '--output', 'json', path]);
  const [result] = (
    JSON.parse(json.stdout) as { falco_load_results: { successful: boolean; errors: unknown[] }[] }
  ).falco_load_results;
  assert.deepEqual([json.code, result.successful, result.errors.length], [1, false, 1]);
});

test('what a rule file says can not steer the terminal', async () => {
  const hostile = bad.replace('open and', 'open and \u001b[2J\u001b]0;x\u0007 or');
  const { stdout } = await runCommand(['rules', 'check', '-'], { input: hostile });
  assert.ok(!stdout.includes('\u001b'));
});

test('check tells how a Falco without a plugin takes the rules, and misses plugins that nobody has', async () => {
  const container = good.replace('evt.type = open', 'container.id = host');
  const withPlugin = await runCommand(['rules', 'check', '-'], { input: container });
  const without = await runCommand(['rules', 'check', '-', '--without', 'container'], { input: container });
  assert.deepEqual([withPlugin.code, without.code], [0, 1]);
  const required = `- required_plugin_versions:\n  - name: cloudtrail\n    version: 0.1.0\n${good}`;
  const missing = await runCommand(['rules', 'check', '-'], { input: required });
  assert.equal(missing.code, 1);
  assert.match(missing.stdout, /Plugin requirement not satisfied.*cloudtrail/);
});

test('a folder stands for its rule files, in order of their names', async () => {
  const folder = mkdtempSync(join(scratch, 'folder-'));
  writeFileSync(join(folder, 'b.yaml'), good.replace('Good', 'Second'));
  writeFileSync(join(folder, 'a.yml'), good.replace('Good', 'First'));
  writeFileSync(join(folder, 'notes.txt'), 'no rules');
  const { stdout } = await runCommand(['rules', 'list', folder]);
  assert.match(
    stdout,
    /^PRIORITY +SOURCE +RULE +TAGS\nInformational +syscall +First +t\nInformational +syscall +Second +t\n$/,
  );
  const json = await runCommand(['rules', 'list', folder, '--output', 'json', '--tag', 'other']);
  assert.deepEqual((JSON.parse(json.stdout) as { rules: unknown[] }).rules, []);
});

test('fields and events are listed, searched, and given as JSON', async () => {
  const [fields, none, json, events] = await Promise.all([
    runCommand(['rules', 'fields', 'proc.aname']),
    runCommand(['rules', 'fields', 'nothing-like-this']),
    runCommand(['rules', 'fields', '--source', 'k8s_audit', '--output', 'json']),
    runCommand(['rules', 'events', 'openat2']),
  ]);
  assert.match(fields.stdout, /^syscall +proc\.aname\[argument\?\] +/m);
  assert.deepEqual([none.code, none.stdout], [1, '']);
  assert.ok((JSON.parse(json.stdout) as { name: string }[]).some(({ name }) => name === 'ka.verb'));
  assert.match(events.stdout, /^ *\d+ +< +openat2 +file +/m);
});

const neverFires =
  '- rule: Odd\n  desc: d\n  condition: evt.type = open and proc.name = a and proc.name = b\n  output: o\n  priority: INFO\n';

test('check shows what in rules is hardly meant, which changes the exit code only when strict', async () => {
  const [plain, strict, without] = await Promise.all([
    runCommand(['rules', 'check', '-'], { input: neverFires }),
    runCommand(['rules', 'check', '-', '--strict'], { input: neverFires }),
    runCommand(['rules', 'check', '-', '--strict', '--no-lint'], { input: neverFires }),
  ]);
  assert.deepEqual([plain.code, strict.code, without.code], [0, 1, 0]);
  assert.match(plain.stdout, /^standard input:3:\d+: warning: .+ \[never-true\]\n {2}3 \| .+\n {4}\| +\^+\n/);
  assert.match(plain.stdout, /0 warnings; lints: 1 warning, 0 notes\n$/);
  assert.equal(strict.stdout, plain.stdout);
  assert.equal(without.stdout, '1 rule in 1 file: 0 errors, 0 warnings\n');
});

test('rules of 2017 are read as they were meant when asked for', async () => {
  const condition = 'evt.type in (open, openat) and evt.arg[1] startswith /etc/';
  const input = `- rule: Old\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: INFO\n`;
  const [today, then] = await Promise.all([
    runCommand(['rules', 'check', '-'], { input }),
    runCommand(['rules', 'check', '-', '--meaning', '2017'], { input }),
  ]);
  assert.match(today.stdout, /'dirfd' of openat.*\[argument-index\]/);
  assert.equal(then.stdout, '1 rule in 1 file: 0 errors, 0 warnings\n');
});

test('check gives findings of lints to programs beside what Falco would say', async () => {
  const { stdout } = await runCommand(['rules', 'check', '-', '--output', 'json'], { input: neverFires });
  const { falco_load_results: results, lint_findings: findings } = JSON.parse(stdout) as {
    falco_load_results: { successful: boolean }[];
    lint_findings: { lint: string; rule: string; position: { line: number } }[];
  };
  assert.deepEqual([results.length, results[0].successful], [1, true]);
  assert.deepEqual(
    findings.map(({ lint, rule, position }) => [lint, rule, position.line]),
    [['never-true', 'Odd', 3]],
  );
});

test('check says once what is said again of a file when the next one is loaded', async () => {
  const first = join(scratch, 'first.yaml');
  const second = join(scratch, 'second.yaml');
  writeFileSync(first, '- macro: unused\n  condition: evt.type = open\n');
  writeFileSync(second, good);
  const { stdout } = await runCommand(['rules', 'check', first, second]);
  assert.equal(stdout.match(/LOAD_UNUSED_MACRO/g)?.length, 1);
  assert.match(stdout, /1 rule in 2 files: 0 errors, 1 warning\n$/);
});
