import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSourceFile, markAt } from './source.ts';

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

test('marks on one long line cost hardly more than those on many lines', () => {
  const cost = (text: string): number => {
    const file = createSourceFile('a', text, 0);
    const runs = Array.from({ length: 3 }, () => {
      const begun = process.cpuUsage();
      for (let at = 0; at < text.length; at += 8) markAt(file, at);
      return process.cpuUsage(begun).user;
    });
    return Math.min(...runs);
  };
  const item = 'name.ex, ';
  // Counting from the line's start each time made it some thousand times as much.
  assert.ok(cost(`${item.repeat(20_000)}\n`) < 50 * Math.max(1000, cost(`${item}\n`.repeat(20_000))));
});
