import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHandledUntil } from './handled-until.ts';

test('what waits unread in the kernel is not handled yet, nor what happens while the agent ends', () => {
  let now = 5n;
  const handled = createHandledUntil(() => now, true);
  assert.equal(handled.time(), 0n);
  handled.drained();
  now = 9n;
  assert.equal(handled.time(), 5n);
  handled.drained();
  assert.equal(handled.time(), 9n);
  handled.stop();
  now = 3000n;
  handled.drained();
  assert.equal(handled.time(), 9n);
});

test('a recording is read again from where the store ends: its time is now', () => {
  assert.equal(createHandledUntil(() => 7n, false).time(), 7n);
});
