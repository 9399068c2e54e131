import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLocalTime, formatUtcTime } from './timestamp.ts';

const AFTERNOON = 1795296716000619956n;

test('UTC times keep all nine digits', () => {
  assert.equal(formatUtcTime(AFTERNOON, 'Z'), '2026-11-21T21:31:56.000619956Z');
  assert.equal(formatUtcTime(0n, '+0000'), '1970-01-01T00:00:00.000000000+0000');
});

test('local times follow the time zone of the machine', () => {
  const zone = process.env.TZ;
  try {
    process.env.TZ = 'Asia/Kolkata';
    assert.equal(
      formatLocalTime(AFTERNOON, { date: true, nanoseconds: true }),
      '2026-11-22 03:01:56.000619956',
    );
    process.env.TZ = 'UTC';
    assert.equal(formatLocalTime(AFTERNOON, { date: false, nanoseconds: false }), '21:31:56');
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});
