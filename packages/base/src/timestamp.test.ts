import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { formatLocalDateTime, formatLocalTime, formatUtcTime } from './timestamp.ts';

const AFTERNOON = 1795296716000619956n;

test('UTC times keep all nine digits', () => {
  assert.equal(formatUtcTime(AFTERNOON, 'Z'), '2026-11-21T21:31:56.000619956Z');
  assert.equal(formatUtcTime(0n, '+0000'), '1970-01-01T00:00:00.000000000+0000');
});

test('local times follow the time zone of the machine', () => {
  inZone('Asia/Kolkata', () => {
    assert.equal(
      formatLocalTime(AFTERNOON, { date: true, nanoseconds: true }),
      '2026-11-22 03:01:56.000619956',
    );
    assert.equal(formatLocalDateTime(AFTERNOON), '2026-11-22 03:01:56.000619956');
  });
  inZone('UTC', () => {
    assert.equal(formatLocalTime(AFTERNOON, { date: false, nanoseconds: false }), '21:31:56');
  });
});

test('local times of alerts take the offset of now, as Falco does, and those of files that of their own day', () => {
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 6, 1) });
  try {
    inZone('America/New_York', () => {
      assert.equal(formatLocalTime(AFTERNOON, { date: true, nanoseconds: false }), '2026-11-21 17:31:56');
      assert.equal(formatLocalDateTime(AFTERNOON), '2026-11-21 16:31:56.000619956');
    });
  } finally {
    mock.timers.reset();
  }
});

function inZone(zone: string, look: () => void): void {
  const before = process.env.TZ;
  try {
    process.env.TZ = zone;
    look();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}
