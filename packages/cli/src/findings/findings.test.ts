import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { killWithTest } from '@seawall/base/testing';
import { type Occurrence, openStore, type Store } from '@seawall/store';
import { runCommand } from '../testing/run-command.ts';
import { type RanHere, runHere } from '../testing/run-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-findings-'));
const path = join(folder, 'seawall.db');
let store: Store;
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const START = BigInt(Date.UTC(2026, 10, 22, 8, 30)) * 1_000_000n;
const IMAGE = `gcr.io/google_containers/etcd-amd64@sha256:${'d83d3545'.repeat(8)}`;

/** The finding that article 2 shows. */
const listing: Occurrence = {
  key: 'etcd 1',
  group: {
    key: 'etcd',
    policy: 'etcd',
    rule: 'Unauthorized process',
    source: 'syscall',
    priority: 'Error',
    severity: 'high',
    tags: ['process'],
    runbook: 'https://runbooks.example/etcd',
    pattern: 'Unauthorized process (ls ) running in (<id>)',
  },
  time: START,
  output: 'Unauthorized process (ls ) running in (f1600721a783)',
  fields: { 'proc.cmdline': 'ls ', 'evt.rawtime': START },
  workload: {
    node: 'control-1',
    cluster: undefined,
    namespace: 'kube-system',
    pod: 'etcd-ip',
    podLabels: {},
    container: {
      id: `f1600721a783${'0'.repeat(52)}`,
      name: 'k8s_etcd_etcd-ip',
      image: IMAGE,
      digest: undefined,
      labels: {},
    },
  },
  ancestry: [
    { pid: 4712, name: 'ls', executable: '/bin/ls', commandLine: 'ls ', user: 'root' },
    { pid: 4711, name: 'sh', executable: '/bin/sh', commandLine: 'sh', user: 'root' },
    { pid: 1, name: 'etcd', executable: '/usr/bin/etcd', commandLine: '', user: undefined },
  ],
  isStateComplete: true,
  mode: 'enforce',
};

/** Something on the host whose output tries to steer the terminal. */
const steering: Occurrence = {
  ...listing,
  key: 'host 1',
  group: {
    ...listing.group,
    key: 'host',
    policy: 'host',
    rule: 'Odd name',
    severity: 'low',
    priority: 'Notice',
  },
  time: START + 60_000_000_000n,
  output: 'odd name \u001b[31mred\u0007 in /etc/shadow',
  workload: {
    node: 'worker-2',
    cluster: undefined,
    namespace: undefined,
    pod: undefined,
    podLabels: {},
    container: undefined,
  },
  ancestry: [],
  isStateComplete: false,
};

before(async () => {
  store = openStore({ path });
  await store.commit({
    occurrences: [listing, steering],
    actions: [
      {
        key: 'kill 1',
        occurrence: 'etcd 1',
        kind: 'kill-container',
        actor: 'policy etcd',
        target: listing.workload.container!.id,
        time: START + 3_000_000n,
        result: 'done',
        detail: 'all of 3 processes ended',
        latencyMilliseconds: 3.25,
        undo: undefined,
        undone: undefined,
      },
    ],
    gaps: [
      {
        source: 'live',
        from: START - 120_000_000_000n,
        to: START - 60_000_000_000n,
        reason: 'agent ended without notice',
        lostEvents: undefined,
      },
    ],
  });
});

function findings(...words: string[]): Promise<RanHere> {
  return runHere(['findings', ...words, '--store', path], { SUDO_USER: 'eva' });
}

test('list shows what happened last first, in columns, and says that there are gaps', async () => {
  const { code, output, errors } = await findings('list');
  assert.equal(code, 0);
  const lines = output.trimEnd().split('\n');
  assert.match(lines[0], /^ID {2}SEVERITY {2}STATE {2}COUNT {2}LAST {17}WHERE/);
  assert.match(lines[1], /^ 2 {2}low .* worker-2 .*Odd name/);
  assert.match(
    lines[2],
    /^ 1 {2}high .* kube-system\/etcd-ip\/k8s_etcd_etcd-ip {2}Unauthorized process {2}Unauthorized process \(ls \)/,
  );
  assert.equal(lines.length, 3);
  assert.match(errors, /1 gap in this time: findings may be missing\n.*live: agent ended without notice/);
  assert.doesNotMatch(output, /\u001b|\u0007/);
});

test('list is narrowed by every option, pages, and can fail where something is found', async () => {
  const chosen = [
    ['--severity', 'high'],
    ['--policy', 'etcd'],
    ['--rule', 'Unauthorized process'],
    ['--namespace', 'kube-system'],
    ['--pod', 'etcd-ip'],
    ['--container', 'f1600721a783'],
    ['--image', 'gcr.io/google_containers/etcd-amd64'],
    ['--node', 'control-1', 'control-2'],
    ['--until', '2026-11-22T08:30:30Z'],
    ['--search', 'running (ls'],
    ['--state', 'open', '--severity', 'high', 'medium'],
  ];
  for (const words of chosen) {
    const { output } = await findings('list', ...words, '--output', 'json');
    assert.deepEqual(
      JSON.parse(output).findings.map(({ id }: { id: number }) => id),
      [1],
      words.join(' '),
    );
  }
  const late = await findings('list', '--since', '2026-11-22T08:30:30Z', '--output', 'json');
  assert.equal(JSON.parse(late.output).findings[0].rule, 'Odd name');
  assert.deepEqual(JSON.parse(late.output).gaps, []);

  const first = await findings('list', '--limit', '1');
  const [, cursor] = /--after (\S+) goes on/.exec(first.errors)!;
  const second = await findings('list', '--limit', '1', '--after', cursor);
  assert.match(second.output, /Unauthorized process/);
  assert.doesNotMatch(second.errors, /--after/);

  assert.equal((await findings('list', '--fail-on-finding')).code, 1);
  const none = await findings('list', '--pod', 'none', '--fail-on-finding');
  assert.deepEqual([none.code, none.output], [0, 'no findings\n']);
});

test('show tells severity, container, unique outputs, process tree, actions and occurrences', async () => {
  const { code, output } = await findings('show', '1');
  assert.equal(code, 0);
  assert.match(output, /^Finding 1 {2}open$/m);
  assert.match(output, /^Severity\n {2}high \(priority Error\)$/m);
  assert.ok(output.includes(`  ID:      f1600721a783\n  Name:    k8s_etcd_etcd-ip\n  Image:   ${IMAGE}\n`));
  assert.match(
    output,
    /1 unique output was generated by the occurrences of this finding:\n {4}Unauthorized process \(ls \) running in \(f1600721a783\)\n/,
  );
  assert.ok(
    output.includes(
      '  etcd (1): /usr/bin/etcd\n  └─ sh (4711) as root: sh\n     └─ ls (4712) as root: ls \n',
    ),
    output,
  );
  assert.match(output, /kill-container {2}done {4}3\.3 ms {2}policy etcd {2}all of 3 processes ended/);
  assert.match(output, /1 time, first .*, last /);
  const host = await findings('show', '2');
  assert.match(host.output, /none: it happened on the host itself/);
  assert.match(host.output, /in \/etc\/shadow {2}\(state was incomplete\)/);
  assert.doesNotMatch(host.output, /\u001b|\u0007/);
});

test('show as JSON holds all of it, whole numbers with all their digits', async () => {
  const { output } = await findings('show', '1', '--output', 'json');
  assert.ok(output.includes(`"first_seen": ${START}`));
  const { unique_outputs, outputs, occurrences, actions, workload } = JSON.parse(output);
  assert.equal(unique_outputs, 1);
  assert.equal(outputs[0].text, listing.output);
  assert.equal(occurrences[0].ancestry.length, 3);
  assert.equal(actions[0].latency_milliseconds, 3.25);
  assert.equal(workload.container.image, IMAGE);
});

test('what isn’t there or is written wrong is refused', async () => {
  const { code, errors } = await findings('show', '77');
  assert.deepEqual([code, /there is no finding 77/.test(errors)], [3, true]);
  assert.equal((await findings('show', 'x')).code, 2);
  assert.equal((await findings('list', '--severity', 'awful')).code, 2);
  assert.equal((await findings('list', '--since', 'yesterday')).code, 2);
  assert.equal((await findings('list', '--after', 'x')).code, 2);
  assert.equal((await findings('resolve', '77')).code, 3);
  assert.equal((await findings('resolve', '7x')).code, 2);
  const absent = await runCommand(['findings', 'list'], {
    environment: { SEAWALL_STORE: join(folder, 'none.db') },
  });
  assert.equal(absent.code, 3);
  assert.match(absent.stderr, /none\.db: there is no store here/);
});

test('ack, resolve and reopen write down who decided and what they said', async () => {
  assert.equal(
    (await findings('ack', '1', '2', '--comment', 'on it')).output,
    'finding 1 is acknowledged\nfinding 2 is acknowledged\n',
  );
  const group = await store.group(1);
  assert.deepEqual(
    [group?.state, group?.decision?.actor, group?.decision?.comment],
    ['acknowledged', 'user eva', 'on it'],
  );
  await findings('resolve', '2', '--actor', 'anna');
  assert.equal((await store.group(2))?.decision?.actor, 'user anna');
  assert.doesNotMatch((await findings('list')).output, /Odd name/);
  assert.match((await findings('list', '--state', 'all')).output, /resolved .*Odd name/);
  assert.match((await findings('show', '1')).output, /^Finding 1 {2}acknowledged: user eva, .*: on it$/m);
  await findings('reopen', '1', '2');
  assert.equal((await store.group(2))?.state, 'open');
});

test('check says that the store is whole, and what it holds', async () => {
  const { code, output } = await findings('check');
  assert.equal(code, 0);
  assert.match(
    output,
    /^2 findings with 2 occurrences in .*; 0 messages waiting, 0 dead\nthe store is whole\n$/,
  );
});

test('tail prints the last ones, oldest first, and ends when asked to', async () => {
  const { output } = await findings('tail', '--no-follow', '-n', '5', '--output', 'json');
  const lines = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ key }) => key),
    ['etcd 1', 'host 1'],
  );
  const one = await findings('tail', '--no-follow', '--severity', 'low');
  assert.match(one.output, /low .*#2 {2}worker-2 {2}odd name/);
});

test('tail follows what is stored, also when a new store takes the place of a damaged one', async () => {
  const main = join(import.meta.dirname, '..', 'main.ts');
  const tail = killWithTest(
    spawn(
      process.execPath,
      [
        '--conditions=seawall-source',
        '--disable-warning=ExperimentalWarning',
        main,
        'findings',
        'tail',
        '-n',
        '1',
        '--store',
        path,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    ),
  );
  let output = '';
  const reached = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!output.includes(text)) return;
        tail.stdout.off('data', look);
        resolve();
      };
      tail.stdout.on('data', look);
      look();
    });
  tail.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const ended = new Promise<number | null>((resolve) => tail.on('close', resolve));
  await reached('odd name');
  await store.commit({ occurrences: [{ ...listing, key: 'etcd 2', output: 'the second' }] });
  await reached('the second');
  await store.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  store = openStore({ path });
  await store.commit({ occurrences: [{ ...listing, key: 'etcd 3', output: 'in a new store' }] });
  await reached('in a new store');
  tail.kill('SIGINT');
  assert.equal(await ended, 0);
});
