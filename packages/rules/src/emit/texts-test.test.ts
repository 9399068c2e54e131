import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DirectTest } from '../plan/predicate.ts';
import { createTextsTest } from './texts-test.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 4 });
const relation = fc.constantFrom('startsWith', 'endsWith', 'includes');
const comparison = fc
  .tuple(relation, text)
  .map(
    ([how, constant]): DirectTest<never> => ({ key: 'x', read: () => undefined, relation: how, constant }),
  );

test('it holds where one of the comparisons does, and for no value never', () => {
  fc.assert(
    fc.property(fc.array(comparison, { maxLength: 5 }), text, (sought, value) => {
      const expected = sought.some(({ relation: how, constant }) =>
        value[how as 'startsWith'](constant as string),
      );
      const holds = createTextsTest(sought);
      assert.equal(holds(value), expected);
      assert.equal(holds(undefined), false);
    }),
    { numRuns: 500 },
  );
});
