import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPalette } from './color.ts';
import { harmless, harmlessLines } from './harmless.ts';
import { renderTable } from './table.ts';

const hostile = 'a\u001b[2J\u001b]0;owned\u0007b\nc\rd\u009b5n\te';

test('nothing that steers a terminal is left of a text', () => {
  assert.doesNotMatch(harmless(hostile), /\p{Cc}/u);
  assert.doesNotMatch(harmlessLines(hostile), /(?![\n\t])\p{Cc}/u);
  assert.equal(harmlessLines('one\n\ttwo\n'), 'one\n\ttwo\n');
});

test('what turns the direction of text round does not make a name read as another', () => {
  assert.equal(harmless('exe\u202egpj.sh\u2028x'), 'exe\ufffdgpj.sh\ufffdx');
  assert.equal(harmlessLines('a\u2066b\n'), 'a\ufffdb\n');
});

test('in tables the colours of ours stay, those of others go', () => {
  const { bad, faint } = createPalette(true);
  const hostileName = `${bad('root')}\u001b[8mhidden\u001b[2J`;
  const row = [hostileName, { text: hostileName, paint: bad }, ['a ', { text: hostileName, paint: faint }]];
  const [, line] = renderTable([{ title: 'A' }, { title: 'B' }, { title: 'C' }], [row]).split('\n');
  assert.equal(line, `roothidden  ${bad('roothidden')}  a ${faint('roothidden')}`);
});

test('what stands in a table steers no terminal and begins no line', () => {
  const table = renderTable([{ title: 'A' }, { title: 'B' }], [[hostile, hostile]]);
  assert.equal(table.split('\n').length, 3);
  assert.doesNotMatch(table, /(?!\n)\p{Cc}/u);
});
