import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldType, Value } from '../catalogue/catalogue.ts';
import { parseConstant } from './constants.ts';

function read(type: FieldType, text: string): Value | string {
  const result = parseConstant(type, text);
  return 'value' in result ? result.value : `! ${result.problem}`;
}

test('integers are read as scanf does: held to 64 bits, then cut to the width', () => {
  assert.equal(read('uint8', '256'), 0);
  assert.equal(read('int8', '200'), -56);
  assert.equal(read('uint32', '-1'), 4294967295);
  assert.equal(read('uint64', '-1'), 2n ** 64n - 1n);
  assert.equal(read('int64', '99999999999999999999'), 2n ** 63n - 1n);
  assert.equal(read('int64', ' +7'), 7);
  assert.equal(read('pid', '9007199254740993'), 9007199254740993n);
});

test('what is no decimal integer is no number', () => {
  for (const text of ['', '0x10', '1.5', '1e+3', '7 ', 'seven', '--1']) {
    assert.equal(read('int64', text), '! CONSTANT_WRONG', text);
  }
});

test('ports have names, truths two words', () => {
  assert.equal(read('port', 'https'), 443);
  assert.equal(read('port', '65537'), 1);
  assert.equal(read('port', ''), 0);
  assert.equal(read('port', 'nosuchservice'), '! CONSTANT_WRONG');
  assert.equal(read('bool', 'true'), true);
  assert.equal(read('bool', 'True'), '! CONSTANT_WRONG');
});

test('addresses and networks are bytes; what inet_pton refuses is refused', () => {
  assert.deepEqual(read('ipaddr', '10.0.0.255'), Uint8Array.of(10, 0, 0, 255));
  assert.deepEqual(read('ipaddr', '::1'), Uint8Array.of(...new Array(15).fill(0), 1));
  assert.deepEqual(read('ipv6addr', '::ffff:1.2.3.4').toString(), '0,0,0,0,0,0,0,0,0,0,255,255,1,2,3,4');
  for (const text of ['10.0.0.256', '10.0.0', '010.0.0.1', '1::2::3', '12345::', ':1:2:3:4:5:6:7', 'host']) {
    assert.equal(read('ipaddr', text), '! CONSTANT_WRONG', text);
  }
  assert.deepEqual(read('ipnet', '10.0.0.0/8'), Uint8Array.of(10, 0, 0, 0, 8));
  assert.deepEqual((read('ipnet', 'fd00::/9') as Uint8Array).at(-1), 9);
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', 'fd00::/0', 'fd00::/129']) {
    assert.equal(read('ipnet', text), '! CONSTANT_WRONG', text);
  }
});

test('text has at most 255 bytes and no NUL; buffers may hold one', () => {
  assert.equal(read('charbuf', 'x'.repeat(255)), 'x'.repeat(255));
  assert.equal(read('charbuf', 'x'.repeat(256)), '! CONSTANT_TOO_LONG');
  assert.equal(read('fspath', 'a\0b'), '! CONSTANT_HOLDS_NUL');
  assert.equal(read('bytebuf', 'a\0b'), 'a\0b');
  assert.equal(read('sigset', '1'), '! CONSTANT_TYPE_UNKNOWN');
});
