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
