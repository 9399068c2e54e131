import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromJson, toJson } from './json.ts';

test('whole numbers keep all their digits', () => {
  const value = { time: 1_795_296_716_000_619_956n, small: 7, text: '12345678901234567890', ratio: 1.5e300 };
  assert.equal(toJson(value).includes('1795296716000619956'), true);
  assert.deepEqual(fromJson(toJson(value)), value);
});

test('what is written is read again', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }),
    fc.bigInt({ min: -(2n ** 64n), max: -(2n ** 53n) }),
  );
  const key = fc.string({ maxLength: 8 }).filter((text) => text !== '__proto__');
  const object = fc.dictionary(key, fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })), {
    maxKeys: 4,
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(object, (value) => assert.deepEqual(fromJson(toJson(value)), value)),
    {
      numRuns: 60,
    },
  );
});
