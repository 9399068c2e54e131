import assert from 'node:assert/strict';
import { SocketAddress } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv4Text, ipv6Text, isIpv4Mapped } from './address.ts';

/** Many zero words, so that the shortened forms occur. */
const words = fc.array(fc.oneof(fc.constantFrom(0, 0, 0, 0xffff), fc.integer({ min: 0, max: 0xffff })), {
  minLength: 8,
  maxLength: 8,
});

test('an IPv6 address reads as the system writes it', () => {
  fc.assert(
    fc.property(words, (parts) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [part >> 8, part & 0xff]));
      const address = parts.map((part) => part.toString(16)).join(':');
      const system = new SocketAddress({ address, family: 'ipv6' }).address;
      assert.equal(ipv6Text(Buffer.concat([Buffer.of(7), bytes]), 1), system);
    }),
    { numRuns: 500 },
  );
});

test('an IPv4 address reads as four numbers', () => {
  assert.equal(ipv4Text(Uint8Array.of(9, 127, 0, 0, 1), 1), '127.0.0.1');
});

test('addresses that stand for IPv4 ones are told by their first twelve bytes, or by being all zero', () => {
  const mapped = Buffer.from('00000000000000000000ffff0a000001', 'hex');
  assert.ok(isIpv4Mapped(mapped, 0));
  assert.ok(isIpv4Mapped(Buffer.alloc(16), 0));
  assert.ok(!isIpv4Mapped(Buffer.from('00000000000000000000000000000001', 'hex'), 0));
});
