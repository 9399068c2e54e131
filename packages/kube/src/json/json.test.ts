import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compactText, indentedText, memberOf, nodeAt, resolveEscapes, textOf } from './node.ts';
import { parseJson } from './parse.ts';

const bytes = (text: string): string => Buffer.from(text).toString('latin1');

function parse(text: string) {
  const result = parseJson(text);
  assert.ok(result.ok);
  return result.node;
}

test('text comes back as it was written: digits, escapes, order, repeated members', () => {
  const text = '{"b":1.0,"a":[12345678901234567890,"\\u0026"],"b":null,"1":{}}';
  assert.equal(compactText(parse(text)), text);
  assert.equal(compactText(memberOf(parse(text), 'b')!), '1.0');
});

test('paths go through members and items; a string gives its content, the rest its JSON', () => {
  const node = parse('{"items":[{"name":"a\\n\\u00e4\\ud83d\\ude00\\ud800"},{"list":[1, 2]}]}');
  assert.equal(textOf(nodeAt(node, ['items', '0', 'name'])!), bytes('a\nä😀\ufffd'));
  assert.equal(textOf(nodeAt(node, ['items', '1', 'list'])!), '[1,2]');
  assert.equal(nodeAt(node, ['items', 'name']), undefined);
  assert.equal(nodeAt(node, ['items', '7']), undefined);
});

test('the indented form is that of every JSON printer with two spaces', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const value: unknown = JSON.parse(json);
      const text = JSON.stringify(value);
      assert.equal(indentedText(parse(bytes(text))), bytes(JSON.stringify(value, null, 2)));
      assert.equal(compactText(parse(bytes(text))), bytes(text));
    }),
  );
});

test('strings resolve as JSON says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(resolveEscapes(bytes(JSON.stringify(text)).slice(1, -1)), bytes(text.toWellFormed()));
    }),
  );
});

test('what JSON.parse refuses is refused with a place, but for control characters in strings', () => {
  const cases: [string, number, boolean][] = [
    ['', 0, true],
    ['{"a":1', 6, true],
    ['{"a" 1}', 5, false],
    ['[1,]', 3, false],
    ['[01]', 2, false],
    ['"\\x"', 1, false],
    ['"abc', 4, true],
    ['tru', 0, false],
    ['{} {}', 3, false],
  ];
  for (const [text, offset, isCut] of cases) {
    const result = parseJson(text);
    assert.ok(!result.ok, text);
    assert.deepEqual([result.offset, result.isCut], [offset, isCut], text);
  }
  assert.ok(parseJson('"a\tb"').ok);
});
