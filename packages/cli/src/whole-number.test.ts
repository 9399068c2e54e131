import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeNumber, wholeNumberBetween } from './whole-number.ts';

test('a number beyond the limits is told the limits', () => {
  assert.equal(wholeNumber('999999999999999'), 999_999_999_999_999);
  for (const text of ['9007199254740991', '0', '-1', '1.5', '1e3', '', ' 1']) {
    assert.throws(() => wholeNumber(text), { message: 'It is a whole number from 1 to 999999999999999.' });
  }
  const days = wholeNumberBetween(0, 9_999_999);
  assert.deepEqual(['0', '9999999'].map(days), [0, 9_999_999]);
  assert.throws(() => days('99999999'), { message: 'It is a whole number from 0 to 9999999.' });
});
