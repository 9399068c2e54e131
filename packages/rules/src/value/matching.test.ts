import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRegex } from '../regex.ts';
import { addressText, isInNetwork, parseIpv4, parseIpv6 } from './addresses.ts';
import { createGlob } from './glob.ts';
import { createPathPrefixTest } from './path-prefix.ts';

test('wildcards match as fnmatch does without flags', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['*', '', true],
    ['/usr/*/sh', '/usr/local/bin/sh', true],
    ['?', '', false],
    ['a?c', 'a/c', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['[]a]', ']', true],
    ['[[:digit:]]*', '7up', true],
    ['[a-]', '-', true],
    ['[abc', '[abc', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a\\', 'a\\', false],
    ['[z-a]', 'm', false],
    ['/p?', '/p\xff', true],
  ];
  for (const [pattern, value, holds] of cases) {
    assert.equal(createGlob(pattern, false)(value), holds, `${pattern} over ${value}`);
  }
  assert.ok(createGlob('MY[A-F]*', true)('mybash'));
});

test('a wildcard pattern of many stars is decided at once', () => {
  assert.equal(createGlob('*a'.repeat(200), false)('a'.repeat(199).repeat(50).slice(0, 199)), false);
});

test('a pattern made of literal bytes matches itself and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary-ascii' }), (one, other) => {
      const glob = createGlob(one.replace(/[*?[\\]/g, '\\$&'), false);
      assert.equal(glob(other), one === other);
      assert.ok(glob(one));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('a path lies below a prefix name by name, whatever the slashes', () => {
  const holds = createPathPrefixTest(['/etc', '/var/log/*', 'home/di[r]/x']);
  for (const path of ['/etc', '/etc/passwd', 'etc//x', '/var/log/a/b', '/home/dir/x'])
    assert.ok(holds(path), path);
  for (const path of ['/', '/etcetera', '/var/log', '/home/dix/x', '']) assert.ok(!holds(path), path);
  assert.ok(createPathPrefixTest(['/'])(''));
  assert.ok(createPathPrefixTest(['/a/b', '/a'])('/a/c'));
  assert.ok(!createPathPrefixTest([])('/a'));
});

test('two wildcards that match the same name are both followed', () => {
  const holds = createPathPrefixTest(['/*/one', '/a*/two']);
  assert.ok(holds('/ab/one') && holds('/ab/two') && !holds('/ab/three'));
});

function matches(pattern: string, value: string): boolean | string {
  const regex = createRegex(pattern);
  return typeof regex === 'function' ? regex(value) : regex.problem;
}

test('a regular expression matches whole texts, line by line anchors included', () => {
  assert.equal(matches('yscal.*', 'syscall'), false);
  assert.equal(matches('^[s]{1}ysca[l]{2}$', 'syscall'), true);
  assert.equal(matches('a.b', 'a\nb'), false);
  assert.equal(matches('a[^x]b', 'a\nb'), true);
  assert.equal(matches('a$\n^b', 'a\nb'), true);
  assert.equal(matches('/p./q.', '/p\xff/q\xff'), true);
  assert.equal(matches('é', '\xc3\xa9'), 'it is not valid UTF-8');
});

test('repetitions in a row mean what they mean in POSIX syntax', () => {
  assert.equal(matches('(ab+?)c', 'ac'), true);
  assert.equal(matches('a**', 'aaa'), true);
  assert.equal(matches('a{2}{3}', 'a'.repeat(6)), true);
  assert.equal(matches('x(ab|c)*?', 'xabc'), true);
  assert.equal(matches('[*]+?', ''), true);
});

test('what only Perl has is refused', () => {
  for (const pattern of [
    '\\d+',
    '(?i)a',
    '\\bword',
    'a\\pN',
    '[\\w]',
    '\\Qa\\E',
    '*a',
    '(a',
    '[a',
    'a\xff',
  ]) {
    assert.equal(typeof matches(pattern, 'a'), 'string', pattern);
  }
  assert.equal(matches('[[:digit:]]+\\.[\\]]', '12.]'), true);
});

test('a hostile regular expression takes linear time', () => {
  const regex = createRegex('(a*)*(a*)*b');
  assert.ok(typeof regex === 'function');
  assert.equal(regex('a'.repeat(20_000)), false);
});

test('addresses print as inet_ntop prints them and are read back', () => {
  const shown = [
    '::',
    '::1',
    '1::',
    'fe80::1:0:0:2',
    '2001:db8::8:800:200c:417a',
    '::ffff:1.2.3.4',
    '::1.2.3.4',
    '1:2:3:4:5:6:7:8',
    '1:0:3:4:5:6:7:8',
  ];
  for (const text of shown) assert.equal(addressText(parseIpv6(text)!), text);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (address) => {
      assert.deepEqual(parseIpv6(addressText(address)!), address);
    }),
    { numRuns: 200, seed: 1 },
  );
  assert.equal(addressText(parseIpv4('192.168.0.1')!), '192.168.0.1');
});

test('a network holds the addresses that share its prefix', () => {
  const network = Uint8Array.of(172, 16, 0, 0, 12);
  assert.ok(isInNetwork(Uint8Array.of(172, 31, 255, 255), network));
  assert.ok(!isInNetwork(Uint8Array.of(172, 32, 0, 0), network));
  assert.ok(!isInNetwork(new Uint8Array(16), network));
  assert.ok(isInNetwork(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(9, 9, 9, 9, 0)));
});
