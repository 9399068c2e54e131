import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { expiryMetrics } from '@seawall/pki';
import { run } from '../run.ts';
import { createPalette } from '../terminal/color.ts';

/** Runs `seawall pki ...` in this process, without a terminal, and gives back what it wrote. */
async function pki(words: readonly string[], environment: Record<string, string> = {}) {
  const written = { output: '', errors: '' };
  const stream = (name: 'output' | 'errors') => ({
    isTerminal: false,
    columns: undefined,
    palette: createPalette(false),
    write: (text: string | Uint8Array) => {
      written[name] += String(text);
    },
  });
  const terminal = {
    input: Readable.from([]),
    environment,
    output: stream('output'),
    errors: stream('errors'),
  };
  const code = await run(['pki', ...words], terminal);
  return { code, ...written };
}

function scratch(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-cli-pki-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a cluster is made, listed, verified, renewed and described; each answer also as JSON', async (context) => {
  const directory = join(scratch(context), 'pki');
  const at = ['--directory', directory];
  const made = await pki(['etcd', 'init', ...at, '--members', 'etcd-a=10.0.0.1', 'etcd-b=10.0.0.2']);
  assert.equal(made.code, 0, made.errors);
  assert.match(made.output, /copy this folder to etcd-a/);
  const list = await pki(['etcd', 'list', ...at]);
  assert.match(
    list.output,
    /^CERTIFICATE +KEY +USAGES +NAMES +ENDS\nauthority peers +P-256 +authority +in 3649 days\n/,
  );
  assert.ok(list.output.split('\n').every((line) => line === line.trimEnd()));
  for (const words of [
    ['list'],
    ['verify'],
    ['expiring'],
    ['renew'],
    ['configuration'],
    ['rotate-ca', 'plan'],
    ['rotate-ca', 'status', '--no-live'],
  ]) {
    const { code, output, errors } = await pki(['etcd', ...words, ...at, '--output', 'json']);
    assert.equal(code, 0, `${words}: ${errors}`);
    assert.doesNotThrow(() => JSON.parse(output), words.join(' '));
  }
});

test('exit codes: 1 for a bad answer, 2 for a bad command line, 3 for what could not be done', async (context) => {
  const directory = join(scratch(context), 'pki');
  const at = ['--directory', directory];
  assert.equal((await pki(['etcd', 'list', ...at])).code, 3);
  assert.equal((await pki(['etcd', 'init', ...at])).code, 2);
  assert.equal((await pki(['etcd', 'init', ...at, '--members', 'a=10.0.0.1', '--leaf-days', 'x'])).code, 2);
  assert.equal((await pki(['etcd', 'init', ...at, '--members', 'a=10.0.0.1', '--leaf-days', '20'])).code, 0);
  assert.equal((await pki(['etcd', 'init', ...at, '--members', 'a=10.0.0.1'])).code, 3);
  assert.equal((await pki(['etcd', 'expiring', ...at, '--within', '1h'])).code, 0);
  assert.equal((await pki(['etcd', 'expiring', ...at])).code, 1);
  assert.equal((await pki(['etcd', 'expiring', ...at, '--within', '3 weeks'])).code, 2);
  assert.equal((await pki(['etcd', 'issue', ...at])).code, 2);
  assert.equal((await pki(['watch', '--once', directory])).code, 1);
  writeFileSync(join(directory, 'members/a/peer.crt'), '');
  const verified = await pki(['etcd', 'verify', ...at, '--problems']);
  assert.equal(verified.code, 1);
  assert.match(verified.output, /^FAIL +members\/a\/peer +readable +.*no certificate in it/m);
});

test('a passphrase comes from a file or the environment, and its absence is an error, not a question, without a terminal', async (context) => {
  const folder = scratch(context);
  const directory = join(folder, 'pki');
  const file = join(folder, 'passphrase');
  writeFileSync(file, 'sesame\n');
  const init = [
    'etcd',
    'init',
    '--directory',
    directory,
    '--members',
    'a=10.0.0.1',
    '--authority-keys',
    'encrypted',
  ];
  assert.match((await pki(init)).errors, /PASSPHRASE_NEEDED/);
  assert.equal((await pki([...init, '--passphrase-file', file])).code, 0);
  const renew = ['etcd', 'renew', '--directory', directory];
  assert.match((await pki(renew)).errors, /PASSPHRASE_NEEDED/);
  assert.match((await pki(renew, { SEAWALL_PKI_PASSPHRASE: 'guess' })).errors, /PASSPHRASE_WRONG/);
  assert.equal((await pki(renew, { SEAWALL_PKI_PASSPHRASE: 'sesame' })).code, 0);
});

test("Seawall's own certificates come with the bundle that a webhook configuration wants", async (context) => {
  const directory = scratch(context);
  const words = [
    'issue',
    '--directory',
    directory,
    '--purpose',
    'webhook',
    '--name',
    'images',
    '--host',
    'images.svc',
  ];
  const answer = JSON.parse((await pki([...words, '--output', 'json'])).output) as Record<string, string>;
  assert.match(Buffer.from(answer.caBundle!, 'base64').toString(), /^-----BEGIN CERTIFICATE-----/);
  assert.match((await pki(words)).output, /still good/);
});

test('the page names every metric with its meaning', () => {
  const page = readFileSync(new URL('../../../../docs/pki.md', import.meta.url), 'utf8');
  for (const [name, meaning] of Object.entries(expiryMetrics))
    assert.ok(page.includes(`| \`${name}\` | ${meaning} |`), name);
});
