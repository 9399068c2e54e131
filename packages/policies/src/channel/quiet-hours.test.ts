import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type QuietHours, quietUntil } from './quiet-hours.ts';

const night: QuietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Zurich' };

function until(spans: readonly QuietHours[], time: string, severity: 'high' | 'low' = 'low'): string {
  return new Date(quietUntil(spans, severity, Date.parse(time))).toISOString();
}

test('nights end in the morning of their own time zone', () => {
  assert.equal(until([night], '2026-11-24T20:59:59Z'), '2026-11-24T20:59:59.000Z');
  assert.equal(until([night], '2026-11-24T21:00:00Z'), '2026-11-25T06:00:00.000Z');
  assert.equal(until([night], '2026-11-25T05:59:59Z'), '2026-11-25T06:00:00.000Z');
});

test('a night in which the clocks change is shorter or longer', () => {
  assert.equal(until([night], '2026-03-28T22:00:00Z'), '2026-03-29T05:00:00.000Z');
  assert.equal(until([night], '2026-10-24T22:00:00Z'), '2026-10-25T06:00:00.000Z');
});

test('days are those on which a span begins, and spans that follow each other are one', () => {
  const weekend: QuietHours = {
    ...{ from: '00:00', to: '24:00', timeZone: 'UTC', days: ['saturday', 'sunday'] },
  };
  assert.equal(until([weekend], '2026-11-28T10:00:00Z'), '2026-11-30T00:00:00.000Z');
  assert.equal(
    until([weekend, { ...night, timeZone: 'UTC' }], '2026-11-28T10:00:00Z'),
    '2026-11-30T07:00:00.000Z',
  );
  const fridays: QuietHours = { ...night, timeZone: 'UTC', days: ['friday'] };
  assert.equal(until([fridays], '2026-11-28T03:00:00Z'), '2026-11-28T07:00:00.000Z');
  assert.equal(until([fridays], '2026-11-28T23:00:00Z'), '2026-11-28T23:00:00.000Z');
});

test('what is bad enough passes', () => {
  assert.equal(
    until([{ ...night, passing: 'medium' }], '2026-11-24T22:00:00Z', 'high'),
    '2026-11-24T22:00:00.000Z',
  );
});

test('always quiet is quiet for a week at a time, not for ever', () => {
  const always: QuietHours = { from: '00:00', to: '24:00', timeZone: 'UTC' };
  const from = Date.parse('2026-11-24T12:34:56Z');
  const end = quietUntil([always], 'low', from);
  assert.ok(end - from >= 7 * 86_400_000 && end - from < 9 * 86_400_000);
});

test('the end of quiet hours is never quiet, and the minute before it is', () => {
  const zones = [
    'UTC',
    'Europe/Zurich',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  ];
  const minutes = fc.integer({ min: 0, max: 1439 }).map((minute) => {
    const two = (number: number) => String(number).padStart(2, '0');
    return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  });
  fc.assert(
    fc.property(
      fc.record({ from: minutes, to: minutes, timeZone: fc.constantFrom(...zones) }),
      fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-01-01') }),
      (span, now) => {
        fc.pre(span.from !== span.to);
        const end = quietUntil([span], 'low', now);
        if (end === now) return;
        assert.ok(end > now && end - now <= 26 * 3_600_000);
        assert.equal(quietUntil([span], 'low', end), end);
        assert.ok(quietUntil([span], 'low', Math.max(now, end - 1)) > end - 1);
      },
    ),
    { numRuns: 200 },
  );
});
