import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagTables } from '@seawall/events';
import fc from 'fast-check';
import { enumerationNames, flagNames, modeNames } from './flag-text.ts';
import { formatGeneral, formatInteger } from './number-text.ts';
import { errorName, signalName } from './system-names.ts';

test('integers print in the format of their parameter, as C does', () => {
  assert.equal(formatInteger(0o755, { type: 'uint32', format: 'oct' }), '0755');
  assert.equal(formatInteger(0, { type: 'uint32', format: 'oct' }), '0');
  assert.equal(formatInteger(255, { type: 'uint32', format: 'hex' }), 'FF');
  assert.equal(formatInteger(-1, { type: 'int8', format: 'hex' }), 'FFFFFFFF');
  assert.equal(formatInteger(-1, { type: 'int64', format: 'hex' }), 'FFFFFFFFFFFFFFFF');
  assert.equal(formatInteger(0xffff_ffff, { type: 'uint32', format: 'dec' }), '-1');
  assert.equal(formatInteger(0xffff_ffff_ffff_ffffn, { type: 'uint64', format: 'dec' }), '-1');
});

test('decimal 64-bit integers print as signed ones, whatever their form', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
      const form = value <= 2n ** 53n - 1n ? Number(value) : value;
      const text = formatInteger(form, { type: 'uint64', format: 'dec' });
      assert.equal(text, BigInt.asIntN(64, value).toString());
    }),
  );
});

test('numbers in general notation have six significant digits and no trailing zeros', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [1, '1'],
    [1.5, '1.5'],
    [0.1234567, '0.123457'],
    [1234567, '1.23457e+06'],
    [100000, '100000'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [18446744073.709553, '1.84467e+10'],
  ];
  for (const [value, text] of cases) assert.equal(formatGeneral(value), text);
});

test('flags are named in the order of their table, none twice', () => {
  assert.equal(flagNames(0x1001, flagTables.file_flags), 'O_RDONLY|O_CLOEXEC');
  assert.equal(flagNames(3, flagTables.file_flags), 'O_RDWR');
  assert.equal(flagNames(0, flagTables.file_flags), 'O_NONE');
  assert.equal(flagNames(1 << 30, flagTables.file_flags), '');
});

test('an enumeration names all that share a value', () => {
  assert.equal(enumerationNames(1, flagTables.socket_families), 'AF_LOCAL|AF_UNIX');
  assert.equal(enumerationNames(2, flagTables.socket_families), 'AF_INET');
  assert.equal(enumerationNames(999, flagTables.socket_families), '');
});

test('mode bits are named until one name says it all', () => {
  const table = [
    { name: 'X', value: 1 },
    { name: 'W', value: 2 },
    { name: 'WHOLE', value: 4 },
    { name: 'NEVER', value: 8 },
  ];
  assert.equal(modeNames(3, table), 'X|W');
  assert.equal(modeNames(4, table), 'WHOLE');
});

test('errors and signals have the names of Linux', () => {
  assert.equal(errorName(-2), 'ENOENT');
  assert.equal(errorName(-115), 'EINPROGRESS');
  assert.equal(errorName(-125), 'ECANCELED');
  assert.equal(errorName(-512), 'ERESTARTSYS');
  assert.equal(errorName(-41), '');
  assert.equal(errorName(3), '');
  assert.equal(signalName(9), 'SIGKILL');
  assert.equal(signalName(31), 'SIGSYS');
  assert.equal(signalName(0), '');
});
