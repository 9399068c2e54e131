import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from './testing/run-command.ts';

/** A module that has Node.js name every file it loads, on standard error. */
const LIST_IMPORTS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });
`)}`;

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

test('what a command can do is told whether asked as `help NAME` or as `NAME --help`', async () => {
  for (const name of ['watch', 'rules', 'check', 'pki']) {
    const [asked, flagged] = await Promise.all([runCommand(['help', name]), runCommand([name, '--help'])]);
    assert.equal(asked.code, 0);
    assert.match(asked.stdout, new RegExp(`^Usage: seawall ${name} .*\\n[^]*^(Commands:|  --)`, 'm'));
    assert.equal(flagged.stdout, asked.stdout);
  }
});

test('a command found only below another one is not taken for one of the top', async () => {
  const below = await runCommand(['pki', 'watch', '--help']);
  assert.match(below.stdout, /^Usage: seawall pki watch /);
  const top = await runCommand(['issue']);
  assert.equal(top.code, 2);
  assert.match(top.stderr, /unknown command 'issue'/);
});

test('the help of the whole imports none of the commands', async () => {
  const { stderr } = await runCommand(['--help'], {
    environment: { NODE_OPTIONS: `--import=${LIST_IMPORTS}` },
  });
  assert.match(stderr, /cli\/src\/program\.ts$/m);
  assert.doesNotMatch(stderr, /command\.ts$|@seawall\/(?!base)|packages\/(?!base|cli)/m);
});
