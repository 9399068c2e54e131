import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { expiryMetrics } from '@seawall/pki';
import { type RanHere, runHere } from '../testing/run-here.ts';

function pki(words: readonly string[], environment: Record<string, string> = {}): Promise<RanHere> {
  return runHere(['pki', ...words], environment);
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
  const asJson = await pki(['etcd', 'verify', ...at, '--problems', '--output', 'json']);
  const report = JSON.parse(asJson.output) as { checks: { outcome: string }[]; isGood: boolean };
  assert.equal(report.isGood, false);
  assert.deepEqual([...new Set(report.checks.map(({ outcome }) => outcome))].toSorted(), ['fail', 'warn']);
});

test('a member that makes no sense is a wrong command line, said in one sentence', async (context) => {
  const directory = join(scratch(context), 'pki');
  const init = ['etcd', 'init', '--directory', directory, '--members'];
  const wrong = await pki([...init, 'a=10.0.0.1:99999/2']);
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.errors,
    /^seawall: --members a=10\.0\.0\.1:99999\/2: clientPort: 99999 is no port: give a number from 1 to 65535; write .*\n$/,
  );
  assert.equal((await pki([...init, 'a=10.0.0.1'])).code, 0);
  assert.equal((await pki(['etcd', 'issue', '--directory', directory, '--member', 'b=x y'])).code, 2);
  writeFileSync(join(directory, 'pki.json'), '{ "version": 1 }');
  const damaged = await pki(['etcd', 'list', '--directory', directory]);
  assert.equal(damaged.code, 3);
  assert.equal(damaged.errors.trim().split('\n').length, 1, damaged.errors);
});

test('certificates that end early with their authority are warned about', async (context) => {
  const folder = scratch(context);
  const directory = join(folder, 'pki');
  const init = (...words: string[]) =>
    pki(['etcd', 'init', '--directory', directory, '--members', 'a=10.0.0.1', ...words]);
  const made = await init('--leaf-days', '5000', '--authority-days', '10');
  assert.equal(made.code, 0);
  assert.match(made.errors, /^warning: certificates will last 10 days, not 5000: their authority ends then/);
  const authorities = join(directory, 'authorities');
  const external = join(folder, 'external');
  await pki([
    ...['etcd', 'init', '--directory', external, '--members', 'a=10.0.0.1', '--authority-keys', 'external'],
    ...[
      '--peer-authority',
      join(authorities, 'peers.crt'),
      '--client-authority',
      join(authorities, 'clients.crt'),
    ],
  ]);
  const sign = async (days: string) =>
    pki([
      ...['etcd', 'sign', '--authority', join(authorities, 'peers.crt'), '--authority-key'],
      ...[join(authorities, 'peers.key'), '--to', join(folder, days), '--days', days],
      join(
        external,
        'requests/peers',
        readdirSync(join(external, 'requests/peers')).find((name) => name.endsWith('.csr'))!,
      ),
    ]);
  assert.equal((await sign('5')).errors, '');
  assert.match((await sign('50')).errors, /^warning: certificates will last 9 days, not 50/);
  rmSync(directory, { recursive: true });
  assert.equal((await init('--leaf-days', '10', '--authority-days', '10')).errors, '');
});

test('options about keys kept elsewhere are refused where the keys would be kept here all the same', async (context) => {
  const folder = scratch(context);
  const directory = join(folder, 'pki');
  const init = ['etcd', 'init', '--directory', directory, '--members', 'a=10.0.0.1'];
  for (const [option, keeping] of [
    ['--authority-directory', 'apart'],
    ['--peer-authority', 'external'],
    ['--client-authority', 'external'],
  ] as const) {
    const { code, errors } = await pki([...init, option, join(folder, 'elsewhere')]);
    assert.equal(code, 2, option);
    assert.ok(errors.includes(`${option} needs --authority-keys ${keeping}`), errors);
    assert.equal(existsSync(directory), false);
  }
  assert.equal((await pki(init)).code, 0);
  const authority = join(directory, 'authorities/peers.crt');
  const plan = await pki([
    'etcd',
    'rotate-ca',
    'plan',
    '--directory',
    directory,
    '--peer-authority',
    authority,
  ]);
  assert.equal(plan.code, 2);
  assert.match(
    plan.errors,
    /^seawall: --peer-authority \S+: the authorities of this cluster are not external/,
  );
});

test('verify --live refuses a member that is not there, and --member where no member is asked', async (context) => {
  const directory = join(scratch(context), 'pki');
  const at = ['--directory', directory];
  assert.equal((await pki(['etcd', 'init', ...at, '--members', 'a=127.0.0.1:1/2'])).code, 0);
  const live = ['etcd', 'verify', ...at, '--live', '--problems'];
  assert.equal(
    (await pki([...live, '--member', 'a', 'a'])).output.match(/^FAIL +a client port/gm)?.length,
    1,
  );
  const mistyped = await pki([...live, '--member', 'a', 'nope']);
  assert.equal(mistyped.code, 3);
  assert.match(mistyped.errors, /there is no member nope; there are a/);
  const { code, errors } = await pki(['etcd', 'verify', ...at, '--member', 'a']);
  assert.equal(code, 2);
  assert.match(errors, /verify --member needs --live/);
});

test('only addresses and networks may be let through to etcd', async (context) => {
  const directory = join(scratch(context), 'pki');
  await pki(['etcd', 'init', '--directory', directory, '--members', 'a=10.0.0.1']);
  const words = ['etcd', 'configuration', '--directory', directory, '--format', 'nftables', 'network-policy'];
  const good = await pki([...words, '--client-address', '10.0.0.9', '10.1.0.0/16']);
  assert.match(good.output, /saddr \{ 10\.0\.0\.1, 10\.0\.0\.9, 10\.1\.0\.0\/16 \}/);
  for (const bad of ['foo; drop', '10.0.0.300']) {
    const { code, output, errors } = await pki([...words, '--client-address', '10.0.0.9', bad]);
    assert.deepEqual([code, output], [2, '']);
    assert.match(errors, /write an IP address or a network/);
  }
});

test('configuration --write writes of the members and in the formats that were chosen, all where none was', async (context) => {
  const folder = scratch(context);
  const directory = join(folder, 'pki');
  await pki(['etcd', 'init', '--directory', directory, '--members', 'a=10.0.0.1', 'b=10.0.0.2']);
  const write = async (to: string, ...words: string[]) => {
    const options = ['--directory', directory, '--write', join(folder, to), '--output', 'json'];
    const { code, output } = await pki(['etcd', 'configuration', ...options, ...words]);
    if (code !== 0) return code;
    const { paths } = JSON.parse(output) as { paths: string[] };
    return paths.map((path) => relative(join(folder, to), path));
  };
  assert.deepEqual(await write('one', '--member', 'b', 'b', '--format', 'flags', 'nftables'), [
    'b/etcd.flags',
    'b/seawall-etcd.nft',
  ]);
  assert.equal(await write('none', '--member', 'nope'), 3);
  assert.equal(existsSync(join(folder, 'none')), false);
  assert.equal(((await write('all')) as string[]).length, 14);
});

test('names and places that would begin a line of their own in a generated file are refused', async (context) => {
  const directory = join(scratch(context), 'pki');
  const at = ['--directory', directory];
  for (const name of ['', 'a\nb']) {
    const made = await pki(['etcd', 'init', ...at, '--members', 'a=10.0.0.1', '--name', name]);
    assert.equal(made.code, 2, made.output);
  }
  assert.equal((await pki(['etcd', 'init', ...at, '--members', 'a=10.0.0.1'])).code, 0);
  for (const words of [
    ['--data-directory', '/data\nExecStartPre=/bin/id'],
    ['--data-directory', 'data'],
    ['--files-at', 'pki/{member}'],
    ['--files-at', '/pki', '--in-place'],
  ]) {
    const { code, output } = await pki(['etcd', 'configuration', ...at, ...words]);
    assert.deepEqual([code, output], [2, ''], words.join(' '));
  }
  const unnamed = await pki(['etcd', 'issue', ...at, '--member', 'b=10.0.0.2', '--common-name', 'nobody']);
  assert.equal(unnamed.code, 2);
  assert.equal((await pki(['etcd', 'issue', ...at, '--client', 'one', '--common-name', 'One'])).code, 0);
});

test('watch --once looks at every path it is given, or says where there is nothing to look at', async (context) => {
  const folder = scratch(context);
  const directory = join(folder, 'pki');
  await pki(['etcd', 'init', '--directory', directory, '--members', 'a=10.0.0.1']);
  assert.equal((await pki(['watch', '--once', directory])).code, 0);
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  for (const paths of [[empty], [directory, empty]]) {
    const { code, errors } = await pki(['watch', '--once', ...paths]);
    assert.equal(code, 3);
    assert.match(errors, /^seawall: \S+\/empty: no certificate there/);
  }
  const restless = await pki(['watch', '--interval', '0.5s', directory]);
  assert.equal(restless.code, 2);
  assert.match(restless.errors, /write a second \(1s\) or more/);
  symlinkSync('round', join(folder, 'round'));
  assert.equal((await pki(['watch', '--once', join(folder, 'round')])).code, 3);
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
