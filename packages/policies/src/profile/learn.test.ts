import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Activity, OTHER_ACTIVITY } from '@seawall/store';
import fc from 'fast-check';
import { programText, readProgram, readSocket, socketText, wholeName } from './activity-values.ts';
import { backtestActivity } from './backtest-activity.ts';
import { diffProfiles } from './diff.ts';
import { generalisePath } from './generalise.ts';
import { learnProfile, profileOfLearned } from './learn.ts';
import { confidenceOf } from './learned.ts';
import { mergeProfiles } from './merge.ts';
import { parseProfile } from './read.ts';
import { renderLearned } from './render-learned.ts';

const SECOND = 1_000_000_000n;
const BEGIN = 1_764_000_000n * SECOND;

function seen(kind: Activity['kind'], value: string, more: Partial<Activity> = {}): Activity {
  const base = { workload: 'kube-system/etcd/etcd', count: 1, first: BEGIN, last: BEGIN + 60n * SECOND };
  return { ...base, kind, value, example: 'etcd --data-dir=/var/lib/etcd', starts: 1, ...more };
}

function learned(...activities: Activity[]) {
  return profileOfLearned(learnProfile(activities).pods);
}

test('what is different each time becomes a pattern of one name, the rest stays', () => {
  const cases: Readonly<Record<string, string>> = {
    '/proc/4711/stat': '/proc/[0-9]*/stat',
    '/var/lib/etcd/member/wal/0000000000000001-00000000000a1b2c.wal': '/var/lib/etcd/member/wal/*.wal',
    '/var/log/app-2026-11-22.log': '/var/log/app-*.log',
    '/etc/secrets/..2026_11_22_02_30_11.123456789/token': '/etc/secrets/..*/token',
    '/var/lib/kubelet/pods/0f4ba0a4-8c3f-4c6f-9c37-1a2b3c4d5e6f/volumes': '/var/lib/kubelet/pods/*/volumes',
    '/cache/9f86d081884c7d659a2feaa0c55ad015/x': '/cache/*/x',
    '/logs/kube-dns-999cd8c4b-qslps/0.log': '/logs/kube-dns-*/0.log',
    '/tmp/tmp.Xk2Lp9QzRa': '/tmp/tmp.*',
    '/usr/lib/python3.11/os.py': '/usr/lib/python3.11/os.py',
    '/etc/ssl/certs/feedface.pem': '/etc/ssl/certs/feedface.pem',
    '/lib/x86_64-linux-gnu/libc.so.6': '/lib/x86_64-linux-gnu/libc.so.6',
    '/data/[a]*?': '/data/?a???',
  };
  for (const [path, general] of Object.entries(cases)) assert.equal(generalisePath(path), general);
});

test('a pattern has as many slashes as the path, at the same names', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,24}$/);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
      const general = generalisePath(`/${names.join('/')}`).split('/');
      assert.equal(general.length, names.length + 1);
      assert.ok(general.slice(1).every((part) => part !== ''));
    }),
  );
});

test('files of one directory become the directory from three on, beneath the top and the folders that hold too much', () => {
  const files = [
    '/var/lib/etcd/member/snap/db',
    '/var/lib/etcd/member/snap/a',
    '/var/lib/etcd/member/snap/b',
  ];
  const own = ['/etc/hosts', '/etc/passwd', '/etc/resolv.conf', '/usr/bin/a', '/usr/bin/b', '/usr/bin/c'];
  const [pod] = learned(...[...files, ...own].map((path) => seen('written-directory', path)));
  assert.deepEqual(pod!.write_dir, [...own, '/var/lib/etcd/member/snap'].sort());
  const [evil] = learned(
    ...files.map((path) => seen('written-directory', path)),
    seen('written-directory', '/var/lib/etcd/member/snap-evil'),
  );
  assert.ok(evil!.write_dir!.includes('/var/lib/etcd/member/snap-evil'));
});

test('connections give programs and peers, ports their programs; four addresses of a network are the network', () => {
  const [pod] = learned(
    ...[1, 2, 3, 4].map((end) => seen('peer', `10.1.2.${end}:80/tcp by web`)),
    seen('peer', '127.0.0.1:53/udp by dig'),
    ...[2, 3, 4, 5].map((end) => seen('peer', `127.0.0.${end}:53/udp by dig`)),
    seen('peer', '[fd00::1]:443/tcp by web'),
    seen('listening-port', '0.0.0.0:8080/tcp by web'),
    seen('listening-port', '[::]:9090/tcp by sidecar'),
  );
  assert.deepEqual(pod!.outbound_proc, ['web', 'dig']);
  assert.deepEqual(pod!.peers, [
    '10.1.2.0/24',
    '127.0.0.1',
    '127.0.0.2',
    '127.0.0.3',
    '127.0.0.4',
    '127.0.0.5',
    'fd00::1',
  ]);
  assert.deepEqual(
    [pod!.listen_proc, pod!.ports],
    [
      ['web', 'sidecar'],
      [8080, 9090],
    ],
  );
});

test('what a workload was never seen to do is allowed to nobody, and its host is no pod', () => {
  const profile = learned(
    seen('program', '/usr/bin/etcd'),
    seen('program', '/usr/bin/sshd', { workload: 'host/node1' }),
  );
  assert.deepEqual(profile, [
    {
      podname: 'etcd',
      proc: ['etcd'],
      write_dir: [],
      outbound_proc: [],
      listen_proc: [],
      read_dir: [],
      peers: [],
      ports: [],
    },
  ]);
});

test('what a profile can’t say is left out with the reason', () => {
  const { pods, leftOut } = learnProfile([
    seen('program', '/bin/a\nb'),
    seen('program', OTHER_ACTIVITY, { count: 7 }),
    seen('program', '/bin/x', { workload: 'container/UPPER' }),
  ]);
  assert.deepEqual(
    pods.map(({ podname }) => podname),
    ['etcd'],
  );
  assert.equal(leftOut.length, 3);
  assert.match(leftOut.join('\n'), /control character[\s\S]*7 times a program beyond|beyond[\s\S]*control/);
});

test('what was new in a container whose start nobody counted was seen in one start all the same', () => {
  const { pods } = learnProfile([seen('program', '/usr/bin/etcd as etcd', { starts: 0 })]);
  assert.deepEqual(
    pods[0]?.entries.proc?.map(({ starts }) => starts),
    [1],
  );
});

test('confidence grows with the time between first and last, and with starts, and never reaches one', () => {
  const of = (hours: number, starts: number) =>
    confidenceOf({ first: 0n, last: BigInt(hours) * 3600n * SECOND, starts });
  assert.equal(of(0, 1), 0);
  assert.equal(of(1, 1), 0.5);
  assert.equal(of(0, 2), 0.5);
  assert.ok(of(1, 2) > of(1, 1) && of(24, 10) < 1);
});

test('the text with its evidence is a profile that generate reads, whatever was seen', () => {
  const kinds: Activity['kind'][] = [
    'program',
    'parent',
    'read-directory',
    'written-directory',
    'peer',
    'listening-port',
    'user',
  ];
  const activity = fc.record({
    kind: fc.constantFrom(...kinds),
    value: fc.string({ unit: 'binary' }),
    example: fc.string({ unit: 'binary' }),
  });
  fc.assert(
    fc.property(fc.array(activity, { minLength: 1, maxLength: 8 }), (list) => {
      const { pods } = learnProfile(
        list.map(({ kind, value, example }) =>
          seen(kind, kind.endsWith('directory') ? `/${value}` : value, { example }),
        ),
      );
      assert.deepEqual(parseProfile(renderLearned(pods, 'a test'), 'learned.yaml'), profileOfLearned(pods));
    }),
    { numRuns: 15 },
  );
});

test('programs and sockets are read as they were written', () => {
  for (const program of [
    { path: '/usr/bin/etcd', name: 'etcd' },
    { path: '/bin/busybox', name: 'sleep' },
  ])
    assert.deepEqual(readProgram(programText(program)), program);
  for (const socket of [
    { address: '10.0.0.1', port: 53, protocol: 'udp', program: 'dnsmasq' },
    { address: 'fd00::1', port: 443, protocol: 'tcp', program: '' },
  ])
    assert.deepEqual(readSocket(socketText(socket)), socket);
  assert.equal(readSocket('nothing'), undefined);
  assert.equal(
    wholeName('/usr/local/bin/kube-controller-manager', 'kube-controller', 'x'),
    'kube-controller-manager',
  );
  assert.equal(
    wholeName('/usr/sbin/xtables-nft-multi', 'iptables-restor', 'iptables-restore'),
    'iptables-restore',
  );
});

test('a difference names what is added, removed and guarded anew, not the order', () => {
  const before = parseProfile('- podname: etcd\n  proc: [etcd, a]\n- podname: gone\n  proc: [x]\n', 'old');
  const after = parseProfile(
    '- podname: etcd\n  proc: [b, etcd]\n  ports: [2379]\n- podname: new\n  proc: [y]\n',
    'new',
  );
  assert.deepEqual(diffProfiles(before, before), []);
  assert.deepEqual(
    diffProfiles(before, after).map(({ pod, presence, changes }) => [
      pod,
      presence,
      ...changes.map(({ key, guarding, added, removed }) => [key, guarding, added, removed]),
    ]),
    [
      ['etcd', undefined, ['proc', undefined, ['b'], ['a']], ['ports', 'begins', [2379], []]],
      ['gone', 'removed', ['proc', undefined, [], ['x']]],
      ['new', 'added', ['proc', undefined, ['y'], []]],
    ],
  );
});

test('merged profiles allow what either allows, and a path below another is not listed', () => {
  const one = parseProfile(
    '- podname: etcd\n  proc: [etcd]\n  write_dir: [/var/lib/etcd/member, /var/lib/etcd-evil]\n',
    'one',
  );
  const other = parseProfile(
    '- podname: etcd\n  proc: [etcdctl, etcd]\n  write_dir: [/var/lib/etcd]\n- podname: dns\n  ports: [53]\n',
    'other',
  );
  assert.deepEqual(mergeProfiles([one, other]), [
    { podname: 'etcd', proc: ['etcd', 'etcdctl'], write_dir: ['/var/lib/etcd-evil', '/var/lib/etcd'] },
    { podname: 'dns', ports: [53] },
  ]);
  assert.deepEqual(diffProfiles(mergeProfiles([one]), one), []);
});

test('of two spellings of one path a merged profile keeps the first', () => {
  const profile = parseProfile(
    '- podname: etcd\n  write_dir: [/var/lib/etcd/, /var/lib/etcd, /é, /é/x]\n',
    'one',
  );
  assert.deepEqual(mergeProfiles([profile])[0]!.write_dir, ['/var/lib/etcd/', '/é']);
});

test('a profile breaks nothing of what it was learned from, and each new thing breaks the rule it is about', () => {
  const known = [
    seen('program', '/usr/bin/etcd'),
    seen('written-directory', '/var/lib/etcd/member/wal/*.wal'),
    seen('read-directory', '/etc/hosts'),
    seen('peer', '10.0.0.1:2380/tcp by etcd'),
    seen('listening-port', '[::]:2379/tcp by etcd'),
    seen('user', 'root'),
  ];
  const profile = learned(...known);
  assert.deepEqual(backtestActivity(profile, known), []);
  const breaches = (kind: Activity['kind'], value: string, workload = 'kube-system/etcd/etcd') =>
    backtestActivity(profile, [seen(kind, value, { workload })]).map(({ key }) => key);
  assert.deepEqual(breaches('program', '/bin/busybox as sh'), ['proc']);
  assert.deepEqual(breaches('written-directory', '/var/lib/etcd/member/wal-evil'), ['write_dir']);
  assert.deepEqual(breaches('read-directory', '/etc/shadow'), ['read_dir']);
  assert.deepEqual(breaches('read-directory', '/var/lib/etcd/member/wal/*.wal'), []);
  assert.deepEqual(breaches('peer', '10.0.0.2:2380/tcp by curl'), ['outbound_proc', 'peers']);
  assert.deepEqual(breaches('listening-port', '0.0.0.0:4444/tcp by etcd'), ['ports']);
  assert.deepEqual(breaches('program', '/bin/sh', 'kube-system/etcd-node2/etcd'), ['proc']);
  assert.deepEqual(breaches('program', '/bin/sh', 'shop/etcd/etcd'), []);
  assert.deepEqual(breaches('program', OTHER_ACTIVITY), []);
});

test('a networked peer allows the addresses in it', () => {
  const profile = parseProfile('- podname: etcd\n  peers: [10.0.0.0/8, "fd00::/8"]\n', 'networks');
  const of = (address: string) => backtestActivity(profile, [seen('peer', `${address}:1/tcp by x`)]).length;
  assert.deepEqual(['10.255.0.1', '11.0.0.1', '[fd12::1]', '[fe80::1]'].map(of), [0, 1, 0, 1]);
});
