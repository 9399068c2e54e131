import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../testing/run-command.ts';
import { checkCaptureOutput } from './check-output.ts';

const capture = join(import.meta.dirname, '../../../../examples/control-plane/attack.scap.gz');
const scratch = mkdtempSync(join(tmpdir(), 'seawall-capture-'));
after(() => rmSync(scratch, { recursive: true }));

test('info tells machine, span and events by type', async () => {
  const { code, stdout } = await runCommand(['capture', 'info', capture]);
  assert.equal(code, 0);
  assert.match(stdout, /^machine +node1$/m);
  assert.match(stdout, /^events +500,065$/m);
  assert.match(stdout, /^read +< +112,222 +22\.4 %$/m);
  const json = await runCommand(['capture', 'info', capture, '--output', 'json']);
  assert.match(json.stdout, /"firstTimestamp": 1795296707802258750,/);
});

test('print shows chosen events in the format asked for, and stops where told', async () => {
  const { code, stdout } = await runCommand([
    ...['capture', 'print', capture, '-n', '2', '-f', '%evt.num %evt.type %proc.name %fd.name'],
    ...['evt.type', '=', 'openat', 'and', 'fd.name', 'startswith', '/etc/kubernetes'],
  ]);
  assert.equal(code, 0);
  assert.equal(stdout.split('\n').length, 3);
  assert.match(stdout, /^\d+ openat \S+ \/etc\/kubernetes/);
  const wrong = await runCommand(['capture', 'print', capture, 'evt.type', '=']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /the filter evt\.type = makes no sense: line 1 column/);
});

test('a filter with an event type that does not exist is refused as in rules, and nothing is written', async () => {
  const path = join(scratch, 'none.scap');
  for (const filter of ['evt.type = nope', 'proc.pid > 0 and not evt.type in (execve, nope)']) {
    const copied = await runCommand(['capture', 'copy', capture, filter, '-w', path]);
    assert.equal(copied.code, 2);
    assert.match(
      copied.stderr,
      /line 1 column \d+: no event type is named 'nope': `seawall rules events` lists/,
    );
    assert.equal(existsSync(path), false);
    const printed = await runCommand(['capture', 'print', capture, filter]);
    assert.equal(printed.code, 2);
  }
});

test('copy writes what the condition chooses, and the copy reads back as that', async () => {
  const path = join(scratch, 'copy.scap.gz');
  const copied = await runCommand(['capture', 'copy', capture, 'evt.type', '=', 'setns', '-w', path]);
  assert.equal(copied.code, 0);
  assert.match(copied.stderr, /copy\.scap\.gz: 179 events/);
  const { stdout } = await runCommand(['capture', 'info', path]);
  assert.match(stdout, /^events +179$/m);
  assert.match(stdout, /^setns +< +179 +100\.0 %$/m);
  const link = join(scratch, 'link.scap.gz');
  symlinkSync(path, link);
  const before = readFileSync(path);
  for (const other of [path, `${scratch}/./copy.scap.gz`, link]) {
    const itself = await runCommand(['capture', 'copy', path, '-w', other]);
    assert.equal(itself.code, 2);
    assert.match(itself.stderr, /that is the capture to copy from/);
  }
  assert.deepEqual(readFileSync(path), before);
});

test('a capture replaces captures only, and where it can not be written is told before anything else is done', async () => {
  const rules = join(import.meta.dirname, '../../../../rules/control-plane.yaml');
  const configuration = join(scratch, 'seawall.yaml');
  writeFileSync(configuration, 'rules: [rules]\n');
  const absent = join(scratch, 'absent', 'a.scap');
  const commands = (path: string) => [
    ['capture', 'copy', capture, 'evt.type=setns', '-w', path],
    ['capture', 'record', '-w', path, '--seconds', '1'],
    ['watch', '--rules', rules, '--record', path, '--seconds', '1'],
  ];
  for (const words of commands(configuration)) {
    const { code, stderr } = await runCommand(words);
    assert.equal(code, 3);
    assert.match(stderr, /^seawall: .*seawall\.yaml exists and is no capture: .* \[cli\/NOT_A_CAPTURE\]\n$/);
  }
  assert.equal(readFileSync(configuration, 'utf8'), 'rules: [rules]\n');
  for (const words of commands(absent)) {
    const { code, stderr } = await runCommand(words);
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^seawall: cannot write .*a\.scap: there is no such folder \[cli\/FILE_UNWRITABLE\]\n$/,
    );
  }
});

test('a capture may be written over an earlier one, an empty file and nothing at all', () => {
  const [empty, plain, packed, fresh] = ['empty', 'plain', 'packed', 'fresh'].map((name) =>
    join(scratch, name),
  );
  writeFileSync(empty!, '');
  writeFileSync(plain!, Buffer.from('0a0d0d0a1c000000', 'hex'));
  writeFileSync(packed!, Buffer.from('1f8b', 'hex'));
  for (const path of [empty!, plain!, packed!, fresh!, '/dev/null']) checkCaptureOutput(path);
  assert.equal(existsSync(fresh!), false);
  assert.equal(readFileSync(plain!).length, 8);
  assert.throws(() => checkCaptureOutput(scratch), { code: 'cli/FILE_UNWRITABLE' });
});

test('damaged input is told after what could be read, without a stack trace', async () => {
  const path = join(scratch, 'damaged.scap.gz');
  writeFileSync(path, Buffer.from('1f8b0800', 'hex'));
  const { code, stderr } = await runCommand(['capture', 'info', path]);
  assert.equal(code, 3);
  assert.doesNotMatch(stderr, /\n {4}at /);
});

test('a reader that leaves early ends the command quietly', () => {
  const main = join(import.meta.dirname, '../main.ts');
  const line = `"${process.execPath}" --conditions=seawall-source "${main}" capture print "${capture}" | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
  assert.match(stdout, /kube-apiserver.*\n141\n$/);
  assert.equal(stderr, '');
});
