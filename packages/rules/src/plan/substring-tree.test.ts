import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSubstringTree } from './substring-tree.ts';

const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\u00ff'), maxLength: 6 });
const longTexts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\u00ff'), maxLength: 40 });

test('it finds exactly what is filed under texts that a text contains', () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 12 }), longTexts, (substrings, text) => {
      const tree = createSubstringTree(substrings.map((substring, index) => [substring, index]));
      const found = new Set<number>();
      tree.visit(text, (filed) => found.add(filed));
      const expected = substrings.flatMap((substring, index) => (text.includes(substring) ? [index] : []));
      assert.deepEqual(
        [...found].sort((left, right) => left - right),
        expected,
      );
      assert.equal(tree.isEmpty, substrings.length === 0);
    }),
    { numRuns: 500 },
  );
});
