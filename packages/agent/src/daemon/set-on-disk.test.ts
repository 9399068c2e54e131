import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { agentConfiguration } from '../configuration/configuration.ts';
import { createSetOnDisk } from './set-on-disk.ts';

const root = mkdtempSync(join(tmpdir(), 'seawall-set-'));
after(() => rmSync(root, { recursive: true }));

test('what a folder holds is looked at with the folder, what a rule set names by itself', () => {
  const [rules, policies, elsewhere] = ['rules', 'policies', 'elsewhere'].map((name) => join(root, name));
  for (const folder of [rules, policies, elsewhere]) mkdirSync(folder as string);
  for (const file of [join(rules as string, 'a.yaml'), join(elsewhere as string, 'b.yaml')])
    writeFileSync(file, '[]');
  writeFileSync(
    join(policies as string, 'set.yaml'),
    `apiVersion: seawall.dev/v1alpha1
kind: RuleSet
metadata: { name: more }
spec: { files: [../elsewhere/b.yaml] }
`,
  );
  const configuration = agentConfiguration.parse({ rules: [rules], policies: [policies] });
  const { read, paths } = createSetOnDisk(configuration, { log() {} });
  assert.deepEqual(paths(), [rules, policies]);
  read([]);
  assert.deepEqual(paths(), [rules, policies, join(elsewhere as string, 'b.yaml')]);
});

test('a rule file that a rule set names is looked for also while it is not there', () => {
  const policies = join(root, 'set.yaml');
  writeFileSync(
    policies,
    `{ apiVersion: seawall.dev/v1alpha1, kind: RuleSet, metadata: { name: a }, spec: { files: [absent/missing.yaml] } }`,
  );
  const { read, paths } = createSetOnDisk(agentConfiguration.parse({ rules: [root], policies: [policies] }), {
    log() {},
  });
  assert.throws(() => read([]), { code: 'agent/FILE_UNREADABLE' });
  assert.deepEqual(paths(), [root, policies, join(root, 'absent', 'missing.yaml')]);
});
