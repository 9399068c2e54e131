import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hintOfPluginField } from './plugin-field.ts';

const catalogue = (source: string, ...names: readonly string[]) => ({
  source,
  fields: new Map(names.map((name) => [name, undefined])),
});

const syscall = catalogue('syscall', 'fd.name', 'k8s.pod.name', 'container.id');

test('a field of a plugin of Falco’s is named as one, with the source that its rules need', () => {
  assert.equal(
    hintOfPluginField('ct.name', syscall),
    "'ct.' begins fields of Falco's plugin cloudtrail, which Seawall does not have: a rule with it needs 'source: aws_cloudtrail', and is left out here",
  );
  assert.match(hintOfPluginField('gcp.user', syscall) as string, /plugin gcpaudit.*source: gcp_auditlog/);
});

test('a plugin that adds fields to system calls needs no other source', () => {
  assert.equal(
    hintOfPluginField('k8smeta.pod.name', syscall),
    "'k8smeta.' begins fields of Falco's plugin k8smeta, which Seawall does not have",
  );
});

test('fields of a source that is there are named with it', () => {
  assert.equal(
    hintOfPluginField('ka.verb', syscall),
    "'ka.' begins fields of another source: a rule with it needs 'source: k8s_audit'",
  );
});

test('a misspelt field of one’s own, and one that nobody has, are none of a plugin', () => {
  assert.equal(hintOfPluginField('ka.vreb', catalogue('k8s_audit', 'ka.verb')), undefined);
  assert.equal(hintOfPluginField('docker.nome', catalogue('syscall', 'docker.name')), undefined);
  for (const name of ['proc.nmae', 'container.nome', 'ct', 'ctx.name', '']) {
    assert.equal(hintOfPluginField(name, syscall), undefined, name);
  }
});
