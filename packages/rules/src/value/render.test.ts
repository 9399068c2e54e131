import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldType, PrintFormat, Value } from '../catalogue/catalogue.ts';
import { renderJson, renderValue } from './render.ts';
import { accepts, transformOf } from './transform.ts';

test('values print by type and format', () => {
  const cases: readonly (readonly [FieldType, PrintFormat, Value | readonly Value[], string])[] = [
    ['int64', 'decimal', -5, '-5'],
    ['int16', 'hexadecimal', -1, 'FFFF'],
    ['int64', 'hexadecimal', -1, 'FFFFFFFFFFFFFFFF'],
    ['uint32', 'octal', 0o755, '755'],
    ['reltime', 'padded-decimal', 42, '000000042'],
    ['uint64', 'decimal', 2n ** 64n - 1n, '18446744073709551615'],
    ['double', 'na', 0.25, '0.2'],
    ['double', 'na', 0.75, '0.8'],
    ['double', 'na', 2, '2.0'],
    ['double', 'na', 12.349, '12.3'],
    ['bool', 'na', true, 'true'],
    ['ipaddr', 'na', Uint8Array.of(127, 0, 0, 1), '127.0.0.1'],
    ['charbuf', 'na', ['a', 'b'], '(a,b)'],
    ['charbuf', 'na', [], '()'],
    ['bytebuf', 'na', 'a\0\xffb', 'a..b'],
    ['charbuf', 'na', 'a\xffb', 'a\xffb'],
  ];
  for (const [type, format, value, text] of cases) assert.equal(renderValue(type, format, value), text);
  assert.equal(renderValue('ipnet', 'na', Uint8Array.of(10, 0, 0, 1)), '<IPNET>');
  assert.equal(renderValue('uint32', 'na', 1), undefined);
  assert.equal(renderValue('bytebuf', 'na', 'x'.repeat(1022))?.length, 1022);
  assert.equal(renderValue('bytebuf', 'na', 'x'.repeat(2000))?.length, 1021);
  assert.equal(renderValue('charbuf', 'na', ['x'.repeat(2000)])?.length, 1023);
});

test('JSON keeps numbers as numbers unless they print otherwise', () => {
  assert.equal(renderJson('int64', 'decimal', 5), 5);
  assert.equal(renderJson('uint64', 'padded-decimal', 5), '000000005');
  assert.equal(renderJson('uint32', 'octal', 8), '10');
  assert.deepEqual(renderJson('double', 'na', 1.5), { double: 1.5 });
  assert.deepEqual(renderJson('charbuf', 'na', ['a']), ['a']);
  assert.equal(renderJson('charbuf', 'na', []), null);
});

test('base64 is decoded strictly, with or without padding', () => {
  const decode = transformOf('b64', 'charbuf');
  assert.equal(decode('aGVsbG8='), 'hello');
  assert.equal(decode('aGVsbG8'), 'hello');
  assert.equal(decode('/+8='), '\xff\xef');
  assert.equal(decode(''), '');
  for (const text of ['a', 'aGVsbG9=x', 'aG Vs', 'aGVsbG9', '=', '-_8='])
    assert.equal(decode(text), undefined, text);
  assert.equal(transformOf('b64', 'bytebuf')('aGVsbG8='), 'hello\0');
});

test('case folding knows the letters A to Z alone', () => {
  assert.equal(transformOf('toupper', 'charbuf')('aéz\xe9'), 'AéZ\xe9');
  assert.equal(transformOf('tolower', 'charbuf')('AÉZ\xc9'), 'aÉz\xc9');
});

test('transformers accept the types that Falco has for them', () => {
  assert.ok(accepts('len', 'uint64', true) && !accepts('len', 'uint64', false));
  assert.ok(accepts('b64', 'bytebuf', false) && !accepts('b64', 'fspath', false));
  assert.ok(accepts('basename', 'fspath', false) && !accepts('basename', 'bytebuf', false));
});
