import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMoment } from './moment.ts';

const NOW = Date.UTC(2026, 10, 22, 8, 30);

test('how long ago is counted back from now', () => {
  const now = BigInt(NOW) * 1_000_000n;
  assert.equal(parseMoment('90s', NOW), now - 90_000_000_000n);
  assert.equal(parseMoment('2h', NOW), now - 7_200_000_000_000n);
  assert.equal(parseMoment('2w', NOW), now - 1_209_600_000_000_000n);
});

test('dates and times are those of ISO 8601; a date alone begins at midnight of the machine’s zone', () => {
  assert.equal(parseMoment('2026-11-22T08:30:00Z'), BigInt(NOW) * 1_000_000n);
  assert.equal(parseMoment('2026-11-22T09:30:00.000+01:00'), BigInt(NOW) * 1_000_000n);
  assert.equal(parseMoment('2026-11-22'), BigInt(new Date(2026, 10, 22).getTime()) * 1_000_000n);
  assert.equal(parseMoment('2026-11-22 08:30'), BigInt(new Date(2026, 10, 22, 8, 30).getTime()) * 1_000_000n);
});

test('moments beyond those that a store can hold are the first and the last of them', () => {
  for (const text of ['999999d', '99999999999999999999w', '0001-01-01', '0001-01-01T00:00:00Z']) {
    assert.equal(parseMoment(text, NOW), -(2n ** 63n), text);
  }
  for (const text of ['9999-12-31', '2262-04-12T00:00:00Z']) assert.equal(parseMoment(text), 2n ** 63n - 1n);
  assert.equal(parseMoment('2262-04-11T00:00:00Z'), 9_223_286_400_000_000_000n);
});

test('days that no calendar has are refused', () => {
  for (const text of ['2026-02-30', '2026-02-30T00:00:00Z', '2026-04-31 08:00', '2026-02-29', '1900-02-29']) {
    assert.throws(() => parseMoment(text), new RegExp(`no ${text.slice(0, 10)}`), text);
  }
  parseMoment('2028-02-29');
});

test('anything else is refused with what to write', () => {
  for (const text of [
    '',
    'yesterday',
    '2',
    'h',
    '-2h',
    '2.5h',
    '2026-13-40',
    '2026',
    '22.11.2026',
    '2026-11-22T99:00Z',
  ]) {
    assert.throws(() => parseMoment(text), /how long ago/, text);
  }
});
