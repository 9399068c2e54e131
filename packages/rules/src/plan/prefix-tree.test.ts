import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPrefixTree } from './prefix-tree.ts';

function find(prefixes: readonly string[], text: string): string[] {
  const found: string[] = [];
  createPrefixTree(prefixes.map((prefix, index) => [prefix, index])).visit(text, (index) =>
    found.push(prefixes[index]),
  );
  return found;
}

test('every prefix of the text is found, the text itself included, shortest first', () => {
  assert.deepEqual(find(['/etc/shadow', '/etc', '/usr', '/etc/', '/etc/shadow-'], '/etc/shadow'), [
    '/etc',
    '/etc/',
    '/etc/shadow',
  ]);
});

test('the empty prefix begins every text', () => {
  assert.deepEqual(find([''], ''), ['']);
  assert.deepEqual(find([''], 'a'), ['']);
});

test('it finds exactly what startsWith finds', () => {
  const text = fc.string({ unit: fc.constantFrom('/', 'a', 'b', 'ÿ'), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), text, (prefixes, subject) => {
      const expected = prefixes.filter((prefix) => subject.startsWith(prefix));
      assert.deepEqual(find(prefixes, subject).toSorted(), expected.toSorted());
    }),
  );
});
