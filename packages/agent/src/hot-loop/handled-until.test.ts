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

test('nothing is handled beyond a match that waits for the description of its container', () => {
  let since: bigint | undefined;
  const handled = createHandledUntil(
    () => 9n,
    true,
    () => since,
  );
  handled.drained();
  since = 6n;
  assert.equal(handled.time(), 5n);
  since = 12n;
  assert.equal(handled.time(), 9n);
  since = undefined;
  assert.equal(handled.time(), 9n);
});

test('a recording is read again from where the store ends: its time is now', () => {
  assert.equal(createHandledUntil(() => 7n, false).time(), 7n);
});
