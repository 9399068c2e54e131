import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPrefixCounts } from './prefix-counts.ts';

test('what stands before a place is what counting from the beginning finds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 3000 }), fc.nat(3000), (weights, place) => {
      const sum = (from: number, to: number): number => weights.slice(from, to).reduce((a, b) => a + b, 0);
      const offset = Math.min(place, weights.length);
      assert.equal(createPrefixCounts(weights.length, sum).before(offset), sum(0, offset));
    }),
  );
});

test('asking at every place of a long text counts no more of it each time than of a short one', () => {
  const countedPerQuestion = (length: number): number => {
    let counted = 0;
    const counts = createPrefixCounts(length, (from, to) => {
      counted += to - from;
      return to - from;
    });
    for (let offset = 0; offset < length; offset++) counts.before(offset);
    return counted / length;
  };
  assert.ok(countedPerQuestion(100_000) < 2 * countedPerQuestion(2_000));
});
