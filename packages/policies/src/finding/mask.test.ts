import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maskIds } from './mask.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const random = (least: number, most = least) =>
  fc.string({ unit: fc.constantFrom(...'bcdfghjklmnpqrstvwxz2456789'), minLength: least, maxLength: most });
const pid = fc.integer({ min: 1, max: 4_194_304 });
const port = fc.integer({ min: 32_768, max: 65_535 });
const two = (most: number) =>
  fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'));

/** What may change from one time to the next, as outputs write it. */
const changing: Readonly<Record<string, fc.Arbitrary<string>>> = {
  pid: pid.map((number) => `pid=${number}`),
  'pid in words': pid.map((number) => `(pid ${number})`),
  'parent pid': pid.map((number) => `proc.ppid: ${number}`),
  'session id': pid.map((number) => `sid=${number}`),
  terminal: pid.map((number) => `terminal=${number}`),
  'container id': hex(64),
  'short container id': hex(12),
  digest: hex(64).map((digits) => `etcd@sha256:${digits}`),
  uuid: fc.uuid(),
  'pod uid in a cgroup': fc.uuid().map((uuid) => `/kubepods/pod${uuid.replaceAll('-', '_')}/x`),
  'name of Docker': fc
    .tuple(hex(32), fc.nat(99))
    .map(([uid, count]) => `k8s_etcd_etcd-ip-10_kube-system_${uid}_${count}`),
  'pod of a deployment': fc.tuple(random(8, 10), random(5)).map((ends) => `pod=kube-dns-${ends.join('-')}`),
  time: fc
    .tuple(two(23), two(59), two(59), fc.integer({ min: 100_000_000, max: 999_999_999 }))
    .map(([hour, minute, second, rest]) => `2026-11-21T${hour}:${minute}:${second}.${rest}Z`),
  'epoch time': fc.bigInt({ min: 1_700_000_000_000_000_000n, max: 1_900_000_000_000_000_000n }).map(String),
  'port of a client': port.map((number) => `10.0.0.7:${number}->10.96.0.1:443`),
  'port of a client, IPv6': port.map((number) => `::1:${number}->::1:2379`),
  'client port by name': port.map((number) => `cport=${number}`),
  'file of a process': pid.map((number) => `file=/proc/${number}/mem`),
  inode: pid.map((number) => `socket:[${number}]`),
};

for (const [name, ids] of Object.entries(changing)) {
  test(`outputs that differ in nothing but ${name} fall together`, () => {
    fc.assert(
      fc.property(ids, ids, (one, other) => {
        const output = (id: string) => `Error Shell in (${id}) user=root cmd=sh -c ls ${id}`;
        assert.equal(maskIds(output(one)), maskIds(output(other)));
      }),
    );
  });
}

const word = fc.stringMatching(/^[a-z][a-z_]{0,8}[a-z]$/).filter((text) => !/^[a-f]{12}/.test(text));
const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((steps) => `/${steps.join('/')}`);
const telling: Readonly<Record<string, fc.Arbitrary<string>>> = {
  program: word.map((text) => `program=${text}`),
  path: path.map((text) => `file=${text}`),
  user: fc.nat(65_535).map((uid) => `uid=${uid}`),
  'port of a server': fc
    .integer({ min: 1, max: 65_535 })
    .map((number) => `10.0.0.7:40000->10.96.0.1:${number}`),
  address: fc.ipV4().map((address) => `${address}:40000->${address}:443`),
  argument: fc.nat(9999).map((number) => `cmd=sleep ${number}`),
};

for (const [name, texts] of Object.entries(telling)) {
  test(`outputs that differ in the ${name} stay apart`, () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        fc.pre(one !== other);
        const output = (text: string) => `Error Write in (f1600721a783) ${text} pid=41`;
        assert.notEqual(maskIds(output(one)), maskIds(output(other)));
      }),
    );
  });
}

test('masking what is masked changes nothing', () => {
  const separator = fc.constantFrom(
    ' ',
    ' ',
    ':',
    '->',
    '-',
    '_',
    '/',
    '=',
    '(',
    ')',
    ',',
    '',
    '.',
    '@',
    '[',
    ']',
  );
  const piece = fc.oneof(
    ...Object.values(changing),
    ...Object.values(telling),
    fc.constantFrom(
      'pid',
      'tid',
      'port',
      'pod',
      '<pid>',
      'k8s_',
      '0x',
      '::',
      '12',
      '40000',
      '2026-11-21',
      '21:31:56',
    ),
    hex(12),
    random(5),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, separator), { maxLength: 12 }), (pieces) => {
      const once = maskIds(pieces.flat().join(''));
      assert.equal(maskIds(once), once);
    }),
    { numRuns: 3000 },
  );
});

test('no text takes more time than its length gives reason for', () => {
  // Programs choose their arguments, so outputs are hostile. Compared by the processor's time: eight times the length may take
  // eight times as long, with room for noise; a square would take 64 times as long.
  const units = [
    '_',
    'a_',
    'a.',
    'a-',
    '1.',
    '1:',
    ':',
    '[:',
    'pod=',
    'k8s_a_',
    '2026-11-21 ',
    '-bcdfgh-bcdfg',
    'pid ',
    ':40000',
    '1:40000',
    '1.1.1.1:40000->',
    'a:12:34:56',
    '2026-',
    'a-bcdfgh-bcdfg',
    '/proc/1',
  ];
  for (const unit of units) {
    const timeOf = (length: number): number => {
      const text = `1${unit.repeat(length / unit.length)}`;
      // The least of a few: compiling, collecting and a slow moment of the machine only add to one of them. Each text is
      // another: those that were masked lately are remembered.
      const times = Array.from({ length: 7 }, (_, index) => {
        const before = process.cpuUsage().user;
        maskIds(`${text} ${index} ${length}`);
        return process.cpuUsage().user - before;
      });
      return Math.min(...times);
    };
    timeOf(2048);
    const short = timeOf(4096) + 2000;
    assert.ok(timeOf(32_768) < short * 8 * 4, unit);
  }
});

test('the article’s output keeps all but the container’s id', () => {
  assert.equal(
    maskIds('Unauthorized process (ls ) running in (f1600721a783)'),
    'Unauthorized process (ls ) running in (<id>)',
  );
});

test('a version, a mode, an exit code and a listening port are no ids', () => {
  const output =
    'etcd-3.5.21 mode=0755 exit=137 listens on 0.0.0.0:2379 as deadbeef of facade /usr/lib/x86_64-linux-gnu';
  assert.equal(maskIds(output), output);
});
