import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openStore } from '@seawall/store';
import { runSeawall } from '../../../../conformance/regression/run-seawall.ts';

const attack = join(import.meta.dirname, '../../../../examples/control-plane/attack');
const input = ['--capture', `${attack}.scap.gz`, '--metadata', `${attack}.containers.json.gz`];
const scratch = mkdtempSync(join(tmpdir(), 'seawall-learn-'));
after(() => rmSync(scratch, { recursive: true }));

function fileOf(name: string, content: string): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

test('a profile learned on the first seconds raises the attack that follows, and nothing of pods that were not learned', async () => {
  const learned = await runSeawall(['profile', 'learn', ...input, '--seconds', '15']);
  assert.equal(learned.exitCode, 0, learned.stderr);
  assert.match(learned.stdout, /^- podname: etcd$/m);
  const profile = fileOf('learned.yaml', learned.stdout);
  const later = await runSeawall([
    'profile',
    'backtest',
    profile,
    ...input,
    '--seconds',
    '15..',
    '--output',
    'json',
  ]);
  assert.equal(later.exitCode, 1);
  const findings: { rule: string; output: string }[] = JSON.parse(later.stdout);
  assert.ok(
    findings.some(({ rule, output }) => rule.startsWith('Write') && output.includes('/etc/nsswitch.conf')),
  );
  assert.ok(findings.every(({ output }) => !output.includes('pod=toolbox')));
});

test('what a store says of workloads becomes a profile, and as JSON it has the evidence', async () => {
  const path = join(scratch, 'store.db');
  const store = openStore({ path });
  const activity = {
    workload: 'shop/web/web',
    count: 3,
    first: 1_000_000_000n,
    last: 7_200_000_000_000n,
    example: 'nginx -g',
    starts: 2,
  };
  await store.commit({
    occurrences: [],
    activity: [{ ...activity, kind: 'program', value: '/usr/sbin/nginx' }],
  });
  await store.close();
  const { exitCode, stdout, stderr } = await runSeawall([
    'profile',
    'learn',
    '--store',
    path,
    '--output',
    'json',
  ]);
  assert.equal(exitCode, 0, stderr);
  const { pods } = JSON.parse(stdout);
  const { value, count, starts, confidence } = pods[0].entries.proc[0];
  assert.deepEqual(
    [pods[0].podname, pods[0].namespace, value, count, starts],
    ['web', 'shop', 'nginx', 3, 2],
  );
  assert.ok(confidence > 0.7 && confidence < 0.8);
  const tight = fileOf('tight.yaml', '- podname: web\n  namespace: shop\n  proc: [httpd]\n');
  const tried = await runSeawall(['profile', 'backtest', tight, '--store', path]);
  assert.equal(tried.exitCode, 1);
  assert.match(
    tried.stdout,
    /3 times Process outside the profile \(shop\/web\): shop\/web\/web program \/usr\/sbin\/nginx/,
  );
  const none = await runSeawall(['profile', 'learn', '--store', path, '--namespace', 'kube-system']);
  assert.equal(none.exitCode, 1);
});

test('profiles are compared and merged', async () => {
  const older = fileOf('older.yaml', '- podname: etcd\n  proc: [etcd]\n');
  const newer = fileOf('newer.yaml', '- podname: etcd\n  proc: [etcd, etcdctl]\n  ports: [2379]\n');
  const same = await runSeawall(['profile', 'diff', older, older]);
  assert.deepEqual([same.exitCode, same.stdout], [0, '']);
  const differs = await runSeawall(['profile', 'diff', older, newer]);
  assert.equal(differs.exitCode, 1);
  assert.equal(differs.stdout, 'etcd\n  + proc: etcdctl\n  ports: guarded from now on\n  + ports: 2379\n');
  const merged = await runSeawall(['profile', 'merge', older, newer]);
  assert.equal(merged.stdout, '- podname: etcd\n  proc: [etcd, etcdctl]\n  ports: [2379]\n');
});

test('learning takes one source, and seconds that make sense', async () => {
  const both = await runSeawall(['profile', 'learn', '--live', '--store', 'x']);
  assert.deepEqual([both.exitCode, /one of --capture FILE/.test(both.stderr)], [2, true]);
  assert.equal((await runSeawall(['profile', 'learn', '--live', '--seconds', '5..2'])).exitCode, 2);
});

const kubeSystem = join(attack, '../../profiles/kube-system.yaml');

test('a backtest in which no pod of the profile was seen is no all-clear: it says why that may be', async () => {
  const blind = await runSeawall(['profile', 'backtest', kubeSystem, ...input.slice(0, 2)]);
  assert.deepEqual([blind.exitCode, blind.stdout], [3, '']);
  assert.match(blind.stderr, /nothing was seen of any pod that .*kube-system\.yaml is about.*--metadata/);

  const path = join(scratch, 'idle.db');
  await openStore({ path }).close();
  const idle = await runSeawall(['profile', 'backtest', kubeSystem, '--store', path, '--output', 'json']);
  assert.deepEqual([idle.exitCode, idle.stdout], [3, '']);
  assert.match(idle.stderr, /nothing was seen .*activity: true/);
  const learned = await runSeawall(['profile', 'learn', '--store', path]);
  assert.equal(learned.exitCode, 1);
  assert.match(learned.stderr, /nothing was seen of any pod: .*activity: true/);
  assert.doesNotMatch(learned.stderr, /--metadata/);
});

test('a backtest of which some pods never showed names them', async () => {
  const profile = fileOf(
    'some.yaml',
    '- podname: kube_proxy\n  ports: [1]\n- podname: elsewhere\n  namespace: shop\n  proc: false\n',
  );
  const { exitCode, stderr } = await runSeawall(['profile', 'backtest', profile, ...input]);
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, /^2 findings, 2 alerts\nnothing was seen of shop\/elsewhere$/m);
  const elsewhere = fileOf('elsewhere.yaml', '- podname: elsewhere\n  proc: false\n');
  const none = await runSeawall(['profile', 'backtest', elsewhere, ...input]);
  assert.equal(none.exitCode, 3);
  assert.match(none.stderr, /: seen were kube-system\/etcd, .*shop\/web; podname and namespace say which/);
});

test('options that can mean nothing where a profile is learned from or tried are refused', async () => {
  const span = ['--seconds', '0..1'];
  for (const [words, message] of [
    [['learn', '--store', 'x', ...span], /--seconds with --store: a store keeps what was seen in all/],
    [['backtest', kubeSystem, '--store', 'x', ...span], /--seconds with --store/],
    [['learn', '--store', 'x', '--metadata', 'y'], /--metadata with --store/],
    [['learn', '--live', '--metadata', 'y'], /--metadata with --live/],
    [['learn', '--live', '--seconds', '1..2'], /--seconds A\.\.B with --live: watching begins now/],
    [['learn', ...input, '--runtime', 'none'], /--runtime with --capture: .*live/],
  ] as const) {
    const { exitCode, stderr } = await runSeawall(['profile', ...words]);
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, message);
  }
});

test('what a workload did steers no terminal, neither in a backtest nor in what is learned', async () => {
  const path = join(scratch, 'steering.db');
  const store = openStore({ path });
  const hostile = '\u001b[2J\u001b]0;owned\u0007\r\nfake \u202e';
  const activity = { workload: 'shop/web/web', count: 3, first: 1n, last: 2n, starts: 1 };
  const program = { kind: 'program', value: `/bin/x${hostile}`, example: `x ${hostile}` } as const;
  await store.commit({ occurrences: [], activity: [{ ...activity, ...program }] });
  await store.close();
  const profile = fileOf('steering.yaml', '- podname: web\n  namespace: shop\n  proc: [httpd]\n');
  const tried = await runSeawall(['profile', 'backtest', profile, '--store', path]);
  assert.equal(tried.exitCode, 1, tried.stderr);
  assert.equal(tried.stdout.split('\n').length, 2);
  const learned = await runSeawall(['profile', 'learn', '--store', path]);
  for (const text of [tried.stdout, learned.stdout]) {
    assert.doesNotMatch(text, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u, JSON.stringify(text));
  }
});
