import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lostUntil } from './lost.ts';

const SECOND = 1_000_000_000n;
const NOW = 1_795_000_000n * SECOND;

test('a gap begins when was looked before, and is a second at least', () => {
  const since = 1_795_000_000 - 20;
  const stoodStill = lostUntil(NOW, { delivered: 1, lost: 5, since }, undefined);
  assert.deepEqual(stoodStill, { from: NOW - 20n * SECOND, to: NOW, events: 5 });
  const atOnce = lostUntil(NOW, { delivered: 1, lost: 5, since: 1_795_000_000 }, undefined);
  assert.equal(atOnce.from, NOW - SECOND);
  assert.equal(lostUntil(NOW, { delivered: 1, lost: 5, since: undefined }, undefined).from, NOW - SECOND);
});

test('losses that are not told yet are one gap', () => {
  const first = lostUntil(NOW, { delivered: 1, lost: 5, since: 1_795_000_000 - 20 }, undefined);
  const both = lostUntil(NOW + SECOND, { delivered: 1, lost: 2, since: 1_795_000_000 }, first);
  assert.deepEqual(both, { from: NOW - 20n * SECOND, to: NOW + SECOND, events: 7 });
});
