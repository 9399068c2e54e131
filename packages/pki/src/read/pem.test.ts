import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import fc from 'fast-check';
import { readPemBlocks, writePem } from './pem.ts';

const label = fc.constantFrom('CERTIFICATE', 'PRIVATE KEY', 'EC PRIVATE KEY');

test('what is written as PEM is read back, whatever stands between the blocks', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(label, fc.uint8Array({ maxLength: 300 }))), (blocks) => {
      const text = blocks.map(([name, bytes]) => `about ${name}\n${writePem(name, bytes)}\n`).join('');
      const read = readPemBlocks(text, 'x');
      assert.deepEqual(
        read.map((block) => [block.label, [...block.bytes]]),
        blocks.map(([name, bytes]) => [name, [...bytes]]),
      );
    }),
  );
});

test('a block that is cut off anywhere is refused, never read as a shorter one', () => {
  const whole = writePem('CERTIFICATE', Buffer.alloc(200, 7));
  const end = whole.indexOf('-----END');
  for (let length = whole.indexOf('\n') + 1; length < whole.trimEnd().length; length++) {
    assert.throws(
      () => readPemBlocks(whole.slice(0, length), 'half.crt'),
      (error) => isSeawallError(error, 'pki/PEM_TRUNCATED') && error.details.line === 1,
      `cut at ${length} of ${whole.length} (END at ${end})`,
    );
  }
});

test('the message of a damaged block names its source and line', () => {
  const text = `\n\n${writePem('CERTIFICATE', Buffer.from('abc')).replace('YWJj', 'YW*j')}`;
  assert.throws(
    () => readPemBlocks(text, 'a/ca.crt'),
    /a\/ca\.crt: the CERTIFICATE block that begins on line 3/,
  );
});
