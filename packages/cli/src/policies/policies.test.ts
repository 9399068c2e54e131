import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCommand } from '../testing/run-command.ts';

const root = join(import.meta.dirname, '../../../..');
const examples = join(root, 'examples/policies');
const rules = join(root, 'rules');

test('our own policies are fine with our own rules', async () => {
  const { code, stdout } = await runCommand([
    'policies',
    'check',
    examples,
    '--rules',
    rules,
    '--fail-on-warning',
  ]);
  assert.match(stdout, /^5 policies, 1 rule set, 2 channels, \d+ rules: 0 errors, 0 warnings\n$/);
  assert.equal(code, 0);
});

const broken = `apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: web }
spec:
  rules: [{ tag: shels }]
  chanels: [chat]
`;

test('mistakes are told with their place, and as data', async () => {
  const { code, stdout } = await runCommand(['policies', 'check', '-'], { input: broken });
  assert.equal(code, 1);
  assert.match(stdout, /^standard input:6:3: error: there is no chanels: is it channels\?\n/);
  const json = await runCommand(['policies', 'check', '-', '--output', 'json'], { input: broken });
  assert.deepEqual(JSON.parse(json.stdout).diagnostics, [
    {
      severity: 'error',
      path: 'standard input',
      line: 6,
      column: 3,
      message: 'there is no chanels: is it channels?',
    },
  ]);
});

test('where nothing is a policy, that is no success', async (context) => {
  const folder = folderWith(context, { 'own.yaml': rule('Own') });
  for (const command of ['check', 'list']) {
    for (const [input, ...paths] of [
      ['', join(folder, 'rules')],
      ['', folder],
      ['# none\n', '-'],
    ]) {
      const { code, stdout, stderr } = await runCommand(['policies', command, ...paths], { input });
      assert.match(stderr, /there is no RuntimePolicy, RuleSet or NotificationChannel in .*POLICIES_ABSENT/);
      assert.equal(stdout, '');
      assert.equal(code, 3);
    }
  }
});

function folderWith(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-policies-'));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'rules'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const rule = (name: string) => `- rule: ${name}
  desc: x
  condition: evt.type = execve
  output: x
  priority: ERROR
  tags: [shells]
`;

test('a folder may hold policies and rules, and RuleSets name further rule files', async (context) => {
  const folder = folderWith(context, {
    'a-rules.yaml': rule('In the folder'),
    'rules/more.yaml': rule('Named by the set'),
    'policy.yaml': `${broken.replace('chanels: [chat]', 'mode: shadow').replace('shels', 'shells')}---
apiVersion: seawall.dev/v1alpha1
kind: RuleSet
metadata: { name: more }
spec: { files: [rules/more.yaml] }
`,
  });
  const { code, stdout } = await runCommand(['policies', 'list', folder, '--output', 'json']);
  assert.equal(code, 0);
  const [policy] = JSON.parse(stdout);
  assert.deepEqual(policy.rules, ['In the folder', 'Named by the set']);
  assert.equal(policy.mode, 'shadow');
});

test('rules that do not load are told, and policies are not blamed for it', async (context) => {
  const folder = folderWith(context, {
    'rules.yaml': rule('x').replace('execve', ''),
    'policy.yaml': broken,
  });
  const { code, stdout } = await runCommand(['policies', 'check', folder]);
  assert.equal(code, 1);
  assert.match(stdout, /rules\.yaml:\d+:\d+: error: /);
  assert.doesNotMatch(stdout, /there is no rule/);
});

const etcd = ['--namespace', 'kube-system', '--pod', 'etcd-node1', '--container', 'etcd'];

test('an explanation says why a policy applies, and which part keeps it from applying', async () => {
  const ask = ['policies', 'explain', join(examples, 'etcd.yaml'), ...etcd];
  const applying = await runCommand([...ask, '--pod-label', 'component=etcd']);
  assert.equal(
    applying.stdout,
    `etcd applies: enforce, 1 rule
  yes host: wanted containers; it has a container
  yes namespaces: wanted kube-system; it has kube-system
  yes podLabels: wanted component=etcd; it has component=etcd
`,
  );
  const other = await runCommand([...ask, '--output', 'json']);
  const [policy] = JSON.parse(other.stdout).policies;
  assert.equal(policy.applies, false);
  assert.deepEqual(
    policy.scope.filter(({ match }: { match: boolean }) => !match).map(({ part }: { part: string }) => part),
    ['podLabels'],
  );
});

test('an explanation for a rule that no policy runs is a wrong question', async () => {
  const { code, stderr } = await runCommand([
    'policies',
    'explain',
    join(examples, 'etcd.yaml'),
    '--rule',
    'x',
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /no policy runs a rule of that name/);
});

test('what this machine can’t enforce is told where it is asked for', async () => {
  const denying = `${broken.replace('chanels: [chat]', 'mode: enforce').replace('tag: shels', "name: '*'")}  actions: [{ type: deny, files: [/${'x'.repeat(300)}] }]
`;
  const anywhere = await runCommand(['policies', 'check', '-', '--rules', rules], { input: denying });
  assert.equal(anywhere.code, 0, anywhere.stdout);
  const here = await runCommand(['policies', 'check', '-', '--rules', rules, '--here'], { input: denying });
  assert.equal(here.code, 1);
  assert.match(here.stdout, /can’t enforce what web denies: .*xxx/);
});

test('a container that no runtime has is a wrong question', async () => {
  const { code, stderr } = await runCommand([
    'policies',
    'explain',
    examples,
    '-r',
    rules,
    '--id',
    'f'.repeat(64),
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /no container runtime of this machine has such a container/);
});
