import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock, nanosecondsNow } from './clock.ts';
import { reasonOf } from './errors.ts';
import { sleep } from './sleep.ts';

test('a wait ends with its time, or with the signal, also one given before', async () => {
  await sleep(1, new AbortController().signal);
  const controller = new AbortController();
  const waiting = sleep(60_000, controller.signal);
  controller.abort();
  await waiting;
  await sleep(60_000, controller.signal);
});

test('a clock’s time in nanoseconds is exact to the microsecond', () => {
  assert.equal(nanosecondsNow(createManualClock(1_700_000_000_000)), 1_700_000_000_000_000_000n);
  assert.equal(nanosecondsNow({ now: () => 1_700_000_000_000.25 }), 1_700_000_000_000_250_000n);
});

test('whatever is thrown says something', () => {
  assert.equal(reasonOf(new Error('no room')), 'no room');
  assert.equal(reasonOf('plain text'), 'plain text');
  assert.equal(reasonOf(undefined), 'undefined');
});
