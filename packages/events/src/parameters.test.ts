import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinInt64, joinUint64 } from './integers.ts';
import {
  descriptorListDescriptor,
  descriptorListFlags,
  descriptorListLength,
  dynamicVariant,
  hasValue,
  parameterLength,
  readByteString,
  readInt64,
  readInt64Number,
  readInteger,
  readString,
  readStrings,
  readUint32,
  readUint64,
  readUint64Low,
} from './parameters.ts';
import * as sockets from './sockets.ts';
import { eventTypeOfSymbol } from './table/event-type.ts';
import { viewOf } from './testing.ts';

test('parameters are found behind one another, whatever their lengths', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }), (parameters) => {
      for (const symbol of ['SYSCALL_READ_X', 'PLUGINEVENT_E', 'ASYNCEVENT_E', 'CONTAINER_JSON_2_E']) {
        const view = viewOf(eventTypeOfSymbol(symbol).id, parameters);
        for (const [index, bytes] of parameters.entries()) {
          assert.equal(parameterLength(view, index), bytes.length);
          assert.equal(readByteString(view, index), Buffer.from(bytes).toString('latin1'));
        }
        assert.equal(parameterLength(view, parameters.length), 0);
      }
    }),
  );
});

test('64-bit integers are exact: numbers where safe, bigints where not', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
      const view = viewOf(7, [bytes]);
      const unsigned = BigInt.asUintN(64, value);
      const signed = BigInt.asIntN(64, value);
      for (const [actual, expected] of [
        [readUint64(view, 0), unsigned],
        [readInt64(view, 0), signed],
      ] as const) {
        assert.equal(BigInt(actual), expected);
        assert.equal(typeof actual, Number.isSafeInteger(Number(expected)) ? 'number' : 'bigint');
      }
      assert.equal(readUint64Low(view, 0), Number(unsigned & 0xffff_ffffn));
      assert.equal(readInt64Number(view, 0), Number(signed));
    }),
  );
  assert.equal(joinUint64(0xffff_ffff, 0x1f_ffff), Number.MAX_SAFE_INTEGER);
  assert.equal(joinUint64(0, 0x20_0000), 2n ** 53n);
  assert.equal(joinInt64(1, -0x20_0000), Number.MIN_SAFE_INTEGER);
  assert.equal(joinInt64(0, -0x20_0000), -(2n ** 53n));
});

test('an absent or too short integer reads as 0 and is told apart by its length', () => {
  const view = viewOf(7, [Buffer.from([1, 2])]);
  assert.equal(readUint32(view, 0), 0);
  assert.equal(readUint32(view, 5), 0);
  assert.equal(readInteger(view, 0, 'uint32'), undefined);
  assert.equal(readInteger(view, 0, 'uint16'), 0x0201);
  assert.ok(hasValue(view, 0));
  assert.ok(!hasValue(view, 1));
});

test('text ends at its first NUL; lists of text keep their empty entries', () => {
  const view = viewOf(7, [
    Buffer.from('caf\xe9\0rest\0', 'latin1'),
    Buffer.from('a\0\0b\0'),
    Buffer.from('a\0b'),
  ]);
  assert.equal(readString(view, 0), 'caf\xe9');
  assert.deepEqual(readStrings(view, 1), ['a', '', 'b']);
  assert.deepEqual(readStrings(view, 2), ['a', 'b']);
  assert.deepEqual(readStrings(view, 3), []);
});

test('a list of descriptors reads in place, and one cut short never beyond its end', () => {
  const list = Buffer.alloc(22);
  list.writeUInt16LE(2, 0);
  list.writeBigInt64LE(-1n, 2);
  list.writeUInt16LE(5, 10);
  list.writeBigInt64LE(7n, 12);
  list.writeUInt16LE(9, 20);
  const view = viewOf(7, [list, list.subarray(0, 15), list.subarray(0, 1)]);
  assert.equal(descriptorListLength(view, 0), 2);
  assert.equal(descriptorListDescriptor(view, 0, 0), -1);
  assert.equal(descriptorListFlags(view, 0, 0), 5);
  assert.equal(descriptorListDescriptor(view, 0, 1), 7);
  assert.equal(descriptorListFlags(view, 0, 1), 9);
  assert.equal(descriptorListLength(view, 1), 1);
  assert.equal(descriptorListLength(view, 2), 0);
});

test('socket tuples and addresses read in place', () => {
  const tuple = Buffer.from([2, 10, 0, 0, 1, 0x39, 0x30, 10, 0, 0, 2, 0xbb, 1]);
  const unix = Buffer.concat([
    Buffer.from([1]),
    Buffer.alloc(8, 1),
    Buffer.alloc(8, 2),
    Buffer.from('/run/x\0'),
  ]);
  const address = Buffer.concat([Buffer.from([10]), Buffer.alloc(16, 3), Buffer.from([80, 0])]);
  const view = viewOf(7, [tuple, unix, address, Buffer.from([2, 1, 2]), Buffer.from('\x01/run/y\0')]);
  assert.equal(sockets.socketFamily(view, 0), sockets.FAMILY_IPV4);
  assert.equal(sockets.tupleAddressLength(view, 0), 4);
  assert.deepEqual([...view.bytes.subarray(sockets.tupleSourceStart(view, 0)).subarray(0, 4)], [10, 0, 0, 1]);
  assert.deepEqual(
    [...view.bytes.subarray(sockets.tupleDestinationStart(view, 0)).subarray(0, 4)],
    [10, 0, 0, 2],
  );
  assert.equal(sockets.tupleSourcePort(view, 0), 12345);
  assert.equal(sockets.tupleDestinationPort(view, 0), 443);
  assert.equal(sockets.tupleUnixPath(view, 1), '/run/x');
  assert.equal(sockets.tupleUnixSource(view, 1), 0x0101010101010101n);
  assert.equal(sockets.addressLength(view, 2), 16);
  assert.equal(sockets.addressPort(view, 2), 80);
  assert.equal(sockets.tupleAddressLength(view, 3), 0);
  assert.equal(sockets.tupleSourcePort(view, 3), 0);
  assert.equal(sockets.addressUnixPath(view, 4), '/run/y');
});

test('a dynamic parameter tells its variant', () => {
  const view = viewOf(297, [Buffer.from([1, 0xff]), Buffer.alloc(0)]);
  assert.equal(dynamicVariant(view, 0), 1);
  assert.equal(dynamicVariant(view, 1), -1);
});
