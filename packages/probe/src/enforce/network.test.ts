import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, parseAddress, parseNetwork } from './network.ts';

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

test('IPv4 networks are those of mapped IPv6 addresses', () => {
  const network = parseNetwork('10.1.2.3/8');
  assert.equal(hex(network?.address), '00000000000000000000ffff0a000000');
  assert.equal(hex(network?.mask), 'ffffffffffffffffffffffffff000000');
  assert.deepEqual(parseNetwork('::ffff:10.0.0.0/104'), network);
  assert.equal(hex(parseNetwork('192.168.1.1')?.mask), 'ff'.repeat(16));
  assert.equal(hex(parseNetwork('0.0.0.0/0')?.mask), 'ff'.repeat(12) + '00000000');
  assert.equal(hex(parseNetwork('::/0')?.mask), '00'.repeat(16));
  assert.equal(hex(parseNetwork('fd00:1::2/33')?.address), 'fd000001000000000000000000000000');
});

test('what is no network is none', () => {
  for (const text of [
    '',
    '10.0.0',
    '10.0.0.0/33',
    '::/129',
    '::1/',
    '1.2.3.4/8/8',
    'fe80::1%eth0',
    'host',
    '::1/-1',
  ]) {
    assert.equal(parseNetwork(text), undefined, text);
  }
});

test('an address that is printed reads back as itself', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      assert.deepEqual(parseAddress(formatAddress(bytes)), bytes);
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const printed = formatAddress(parseAddress(text));
      assert.deepEqual(parseAddress(printed), parseAddress(text));
      assert.ok(isIPv6(printed) || /^\d+(\.\d+){3}$/.test(printed));
    }),
  );
});
