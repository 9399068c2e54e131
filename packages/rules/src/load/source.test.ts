import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSourceFile, markAt, sourcePlaceAt } from './source.ts';

test('marks are counted in bytes, whatever stands on the line', () => {
  const piece = fc.constantFrom('a', 'ä', '€', '😀', '\n', ' ', 'bc');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(60), (pieces, part) => {
      const before = pieces.slice(0, part).join('');
      const lines = Buffer.from(before).toString('latin1').split('\n');
      assert.deepEqual(markAt(createSourceFile('a', pieces.join(''), 0), before.length), {
        offset: Buffer.byteLength(before),
        line: lines.length - 1,
        column: lines.at(-1)?.length,
      });
    }),
  );
});

test('places are counted in characters, whatever stands on the line', () => {
  const piece = fc.constantFrom('a', 'ä', '€', '😀', '\n', ' ', '\r\n', '\ud83d');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(60), (pieces, offset) => {
      const text = pieces.join('');
      const before = text.slice(0, offset).split('\n');
      const line = text.split('\n')[before.length - 1]!.replace(/\r$/, '');
      const place = sourcePlaceAt(createSourceFile('a', text, 0), offset);
      assert.equal(place.line, before.length);
      assert.equal(place.sourceLine, line);
      assert.equal(place.column, [...line.slice(0, before.at(-1)!.length)].length + 1);
    }),
  );
});
