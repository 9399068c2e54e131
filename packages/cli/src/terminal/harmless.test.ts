import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPalette } from './color.ts';
import { harmless, harmlessButColors, harmlessLines } from './harmless.ts';
import { renderTable } from './table.ts';

const hostile = 'a\u001b[2J\u001b]0;owned\u0007b\nc\rd\u009b5n\te';

test('nothing that steers a terminal is left of a text', () => {
  assert.doesNotMatch(harmless(hostile), /\p{Cc}/u);
  assert.doesNotMatch(harmlessLines(hostile), /(?![\n\t])\p{Cc}/u);
  assert.equal(harmlessLines('one\n\ttwo\n'), 'one\n\ttwo\n');
});

test('colours of ours stay', () => {
  const { bad } = createPalette(true);
  assert.equal(harmlessButColors(`${bad('x')}\u001b[2J\n`), `${bad('x')}\u{fffd}`);
});

test('what stands in a table steers no terminal and begins no line', () => {
  const table = renderTable([{ title: 'A' }, { title: 'B' }], [[hostile, hostile]]);
  assert.equal(table.split('\n').length, 3);
  assert.doesNotMatch(table, /(?!\n)\p{Cc}/u);
});
