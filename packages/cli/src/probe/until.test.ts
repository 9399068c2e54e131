import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUntil } from './until.ts';

test('the time counts from when it is started, however long what comes before takes', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const until = createUntil(2);
  context.after(until.release);
  context.mock.timers.tick(60_000);
  assert.equal(until.signal.aborted, false);
  until.start();
  context.mock.timers.tick(1999);
  assert.equal(until.signal.aborted, false);
  context.mock.timers.tick(1);
  assert.equal(until.signal.aborted, true);
});

test('a signal ends it before its time has begun to count', (context) => {
  const until = createUntil(2);
  context.after(until.release);
  process.emit('SIGTERM');
  until.start();
  assert.equal(until.signal.aborted, true);
});

test('a month is a month, though timers of JavaScript know no such time', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const until = createUntil(30 * 86_400);
  context.after(until.release);
  until.start();
  for (let day = 0; day < 29; day += 1) context.mock.timers.tick(86_400_000);
  assert.equal(until.signal.aborted, false);
  // Mocked, what is left begins to count at the end of the tick.
  context.mock.timers.tick(2 * 86_400_000);
  assert.equal(until.signal.aborted, true);
});
