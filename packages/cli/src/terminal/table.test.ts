import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPalette, isColorWanted } from './color.ts';
import { renderTable, visibleWidth } from './table.ts';

test('columns are as wide as their widest cell, numbers stand right, lines have no trailing spaces', () => {
  const text = renderTable(
    [{ title: 'NAME' }, { title: 'EVENTS', align: 'right' }, { title: 'NOTE' }],
    [
      ['openat', '7', ''],
      ['a', '123456789', 'many'],
    ],
  );
  assert.equal(text, 'NAME       EVENTS  NOTE\nopenat          7\na       123456789  many\n');
});

test('colour takes no room', () => {
  const { bad } = createPalette(true);
  assert.equal(visibleWidth(bad('FAIL')), 4);
  const row = [{ text: 'FAIL', paint: bad }, 'y'];
  const [, colored] = renderTable([{ title: 'STATE' }, { title: 'X' }], [row]).split('\n');
  assert.equal(colored, `${bad('FAIL')}   y`);
});

test('wide characters take two places and combining ones none', () => {
  assert.equal(visibleWidth('日本'), 4);
  assert.equal(visibleWidth('e\u0301'), 1);
  assert.equal(visibleWidth('🐳'), 2);
  assert.equal(visibleWidth('a\u200bb\u20dd\ufe0f'), 2);
});

test('every cell of a column starts at the same place', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.stringMatching(/^[a-z]{0,12}$/), fc.stringMatching(/^[A-Z]{1,5}$/)), {
        minLength: 1,
      }),
      (rows) => {
        const lines = renderTable([{ title: 'a' }, { title: 'B' }], rows)
          .trimEnd()
          .split('\n');
        assert.equal(new Set(lines.map((line) => line.search(/[A-Z]/))).size, 1);
      },
    ),
  );
});

test('colour is for terminals, unless NO_COLOR or FORCE_COLOR say otherwise', () => {
  assert.equal(isColorWanted(true, {}), true);
  assert.equal(isColorWanted(false, {}), false);
  assert.equal(isColorWanted(true, { TERM: 'dumb' }), false);
  assert.equal(isColorWanted(true, { NO_COLOR: '1' }), false);
  assert.equal(isColorWanted(false, { FORCE_COLOR: '1' }), true);
  assert.equal(isColorWanted(false, { FORCE_COLOR: '0' }), false);
  assert.equal(createPalette(false).bad('x'), 'x');
});
