import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../testing/run-command.ts';
import type { TestReport } from './test-report.ts';

const library = join(import.meta.dirname, '../../../../rules/tests');

const rules = `
- rule: Shell in kube-system
  desc: A shell was started in a pod of kube-system.
  condition: evt.type in (execve, execveat) and evt.rawres = 0 and k8s.ns.name = kube-system and proc.name in (sh, bash)
  output: shell %proc.name in %k8s.pod.name
  priority: WARNING
`;

const cases = `
rules: [rules.yaml]
rule: Shell in kube-system
containers:
  etcd: {image: "registry.k8s.io/etcd:3.5", pod: kube-system/etcd-a}
  web: {image: "example.com/web:1", pod: shop/web}
processes:
  shell: {exe: /bin/sh, in: etcd}
  refused: {exe: /bin/sh, in: etcd}
  ls: {exe: /bin/ls, in: etcd}
  elsewhere: {exe: /bin/sh, in: web}
cases:
  - name: a shell alerts
    given:
      - shell: execve
      - ls: execve
      - elsewhere: execve
      - refused: {mkdir: /x}
      - refused: {execve: {error: EACCES}}
    expect:
      - {output: shell sh in etcd-a, priority: warning, fields: {container.name: etcd, evt.type: execve, evt.res: SUCCESS}, times: 1}
`;

let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'seawall-rules-test-'));
  writeThree(folder);
});

/** Rules with a file of cases that pass, one of which fail, and one that notice less. */
function writeThree(path: string): void {
  writeFileSync(join(path, 'rules.yaml'), rules);
  writeFileSync(join(path, 'good.test.yaml'), cases);
  writeFileSync(join(path, 'bad.test.yaml'), cases.replace('times: 1', 'times: 2'));
  writeFileSync(join(path, 'weak.test.yaml'), cases.replace('      - elsewhere: execve\n', ''));
}

after(() => rmSync(folder, { recursive: true }));

test('every rule of the library has cases that alert, and its cases notice 95 of 100 mutants', async () => {
  const words = ['rules', 'test', library, '--mutants', '--output', 'json'];
  const { code, stdout, stderr } = await runCommand([
    ...words,
    ...['--minimum-noticed', '95', '--minimum-coverage', '97'],
  ]);
  assert.equal(code, 0, stderr + stdout.slice(0, 2000));
  const report = JSON.parse(stdout) as TestReport;
  assert.equal(report.failed, 0);
  for (const { rule, alertingCases } of report.rules) {
    assert.ok(alertingCases > 0, `no case of '${rule}' alerts`);
  }
  const listed = await runCommand(['rules', 'list', join(library, '..'), '--output', 'json']);
  const names = (JSON.parse(listed.stdout) as { rules: { info: { name: string } }[] }).rules;
  assert.deepEqual(
    names.map(({ info }) => info.name).filter((name) => !report.rules.some(({ rule }) => rule === name)),
    [],
  );
});

test('what a folder of rules holds besides is left out and told; a folder without cases is no success', async () => {
  const mixed = join(folder, 'mixed');
  mkdirSync(join(mixed, 'tests'), { recursive: true });
  writeFileSync(join(mixed, 'rules.yaml'), rules);
  const policy = 'apiVersion: seawall.dev/v1alpha1\nkind: RuntimePolicy\nmetadata: {name: p}\n';
  writeFileSync(join(mixed, 'policies.yaml'), `${policy}spec: {rules: [{name: '*'}]}\n`);
  writeFileSync(join(mixed, 'own.test.yaml'), cases.replace('[rules.yaml]', '[.]'));
  writeFileSync(join(mixed, 'tests', 'below.test.yaml'), cases.replace('rules: [rules.yaml]\n', ''));
  const { code, stdout, stderr } = await runCommand(['rules', 'test', mixed]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^2 cases: 2 passed, 0 failed/m);
  assert.match(stderr, /policies\.yaml holds policies, no rules: left out\n/);
  assert.match(stderr, /own\.test\.yaml holds rule cases, no rules: left out\n/);
  const ofRules = await runCommand(['rules', 'test', join(mixed, 'rules.yaml')]);
  assert.match(ofRules.stderr, /rules\.yaml:2:1: this is no file of cases/);
  const without = await runCommand(['rules', 'list', mkdtempSync(join(folder, 'none-'))]);
  assert.equal(without.code, 3);
  assert.match(without.stderr, /there is no rule file \(\.yaml, \.yml\) in /);
  const empty = await runCommand(['rules', 'test', mkdtempSync(join(folder, 'empty-'))]);
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /there is no case/);
});

test('texts outside of ASCII are the bytes that events have, in names of containers and pods as well', async () => {
  const named = cases
    .replaceAll('etcd: {image', 'etcd: {name: "größe-日本", podLabels: {"ä": "ö"}, labels: {"å": "ø"}, image')
    .replace('pod: kube-system/etcd-a', 'pod: "kube-system/étcd-a"')
    .replace('shell sh in etcd-a', 'shell sh in étcd-a')
    .replace(
      'container.name: etcd',
      'container.name: "größe-日本", k8s.pod.name: "étcd-a", "k8s.pod.label[ä]": "ö", "container.label[å]": "ø"',
    );
  writeFileSync(join(folder, 'named.test.yaml'), named);
  const { code, stdout } = await runCommand(['rules', 'test', join(folder, 'named.test.yaml')]);
  assert.equal(code, 0, stdout);
});

test('cases that pass end with 0, and what they tried is shown', async () => {
  const { code, stdout } = await runCommand(['rules', 'test', join(folder, 'good.test.yaml'), '--mutants']);
  assert.equal(code, 0);
  assert.match(stdout, /^\s+1\s+1\s+4\s+100%\s+Shell in kube-system$/m);
  assert.match(
    stdout,
    /1 case: 1 passed, 0 failed; 4 of 4 \(100%\) parts .*; 8 of 8 \(100%\) mutants noticed/,
  );
});

test('a case that fails says where, what was expected and what came instead', async () => {
  const { code, stdout } = await runCommand(['rules', 'test', join(folder, 'bad.test.yaml')]);
  assert.equal(code, 1);
  assert.match(stdout, /FAILED .*bad\.test\.yaml:13: a shell alerts\n {2}expected 2 alerts: .*; there are 1/);
});

test('what no case notices is named, and counts where asked for', async () => {
  const words = ['rules', 'test', join(folder, 'weak.test.yaml'), '--mutants'];
  const { code, stdout, stderr } = await runCommand([...words, '--minimum-noticed', '100']);
  assert.equal(code, 1);
  assert.match(stderr, /^mutants noticed: [\d.]+%, less than --minimum-noticed 100; /m);
  assert.match(stdout, /not noticed Shell in kube-system: removed: k8s\.ns\.name = kube-system/);
  const shown = await runCommand([...words, '--show-parts']);
  assert.equal(shown.code, 0);
  assert.match(
    shown.stdout,
    /never failed Shell in kube-system: k8s\.ns\.name = kube-system .*rules\.yaml:4:/,
  );
});

test('a minimum that is not met is told, and one that can not be met is refused', async () => {
  const words = ['rules', 'test', join(folder, 'weak.test.yaml')];
  const { code, stderr } = await runCommand([...words, '--minimum-coverage', '100']);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^parts that held and failed: [\d.]+%, less than --minimum-coverage 100; --show-parts names the others\n$/,
  );
  const unmade = await runCommand([...words, '--minimum-noticed', '100']);
  assert.equal(unmade.code, 2);
  assert.match(unmade.stderr, /--minimum-noticed needs --mutants: /);
});

test('JUnit has a suite for each file and a failure for each case that fails', async () => {
  const three = mkdtempSync(join(folder, 'three-'));
  writeThree(three);
  const { code, stdout } = await runCommand(['rules', 'test', three, '--output', 'junit']);
  assert.equal(code, 1);
  assert.match(stdout, /<testsuites name="seawall rules test" tests="3" failures="1" errors="0">/);
  assert.equal(stdout.match(/<testsuite /g)?.length, 3);
  assert.match(stdout, /<failure message="expected 2 alerts: [^"]*" type="alerts">/);
});

test('a case file that makes no sense ends with 3 and the place', async () => {
  const broken: readonly (readonly [string, RegExp])[] = [
    [cases.replace('mkdir:', 'mkdirr:'), /:13: a shell alerts: there is no call mkdirr: is it mkdir\?/],
    [cases.replace('mkdir: /x', 'mkdir: {flagz: 1}'), /mkdir has no flagz: it has res, path, mode/],
    [cases.replace('- ls: execve', '- lsd: execve'), /there is no process lsd in the cast/],
    [cases.replace('error: EACCES', 'error: ENOPE'), /there is no error ENOPE/],
    [cases.replace('    expect:', '    expects:'), /broken\.test\.yaml:13:5: write under expect/],
    [cases.replace('rule: Shell in', 'rule: Shells in'), /there is no rule 'Shells in kube-system'/],
  ];
  for (const [text, message] of broken) {
    const path = join(folder, 'broken.test.yaml');
    writeFileSync(path, text);
    const { code, stderr } = await runCommand(['rules', 'test', path]);
    rmSync(path);
    assert.equal(code, 3, stderr);
    assert.match(stderr, message);
  }
  const missing = await runCommand(['rules', 'test', join(folder, 'nowhere.test.yaml')]);
  assert.equal(missing.code, 3);
});
