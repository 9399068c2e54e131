import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from './testing/run-command.ts';

test('the help names every command, and an unknown one is answered with what it may have meant', async () => {
  const { code, stdout } = await runCommand(['--help']);
  assert.equal(code, 0);
  for (const name of ['up', 'watch', 'rules', 'capture', 'pki', 'posture']) {
    assert.match(stdout, new RegExp(`^ {2}${name}\\b`, 'm'));
  }
  const unknown = await runCommand(['wach']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /Did you mean watch/);
});

test('the version is that of the package', async () => {
  const { stdout } = await runCommand(['--version']);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});
