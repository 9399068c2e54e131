import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinTextsOf, readTextsOf, type Texts, textsIn, textsOf } from './texts.ts';

function textsInside(content: string, before = 0): Texts {
  const bytes = Buffer.from(`${'x'.repeat(before)}${content}`, 'latin1');
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return textsIn(bytes, data, before, bytes.length);
}

const lists = fc.array(
  fc.string({
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
  }),
);

test('texts are those between the NULs, wherever the bytes stand', () => {
  fc.assert(
    fc.property(lists, fc.nat(9), (texts, before) => {
      const found = textsInside(texts.map((text) => `${text}\0`).join(''), before);
      assert.equal(joinTextsOf(found), texts.join(' '));
      assert.deepEqual(readTextsOf(found), texts);
      assert.equal(joinTextsOf(textsOf(texts)), texts.join(' '));
    }),
  );
});

test('a list that came before is the very same one, and one that differs in any byte is not', () => {
  fc.assert(
    fc.property(lists, fc.nat(), fc.integer({ min: 1, max: 255 }), (texts, place, change) => {
      const content = `${texts.join('\0')}\0`;
      const first = textsInside(content);
      assert.equal(textsInside(content, 3), first);
      const bytes = Buffer.from(content, 'latin1');
      bytes[place % bytes.length] ^= change;
      const other = textsInside(bytes.toString('latin1'));
      assert.notEqual(other, first);
      assert.equal(joinTextsOf(first), texts.join(' '));
    }),
  );
});

test('a lone NUL is no text', () => {
  assert.deepEqual(readTextsOf(textsInside('\0')), []);
  assert.equal(joinTextsOf(textsInside('\0')), '');
  assert.deepEqual(readTextsOf(textsInside('')), []);
});
