import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Severity } from '@seawall/store';
import type { ChannelMemory, HeldItem } from './memory.ts';
import { placeItem, releaseHeld } from './placing.ts';

const limits = { rateLimit: { messages: 1, per: '1h' }, quietHours: undefined, digestEvery: '15m' } as const;

function itemOf(id: number, severity: Severity): HeldItem {
  return { id, key: String(id), severity, kind: 'finding', fromCount: 0, since: 0 };
}

test('a crowd of what is less urgent leaves room for what is high, as many as the limit allows in all', () => {
  const wide = { ...limits, rateLimit: { messages: 8, per: '1h' } } as const;
  let memory: ChannelMemory | undefined;
  const place = (id: number, severity: Severity): boolean => {
    const placing = placeItem(itemOf(id, severity), wide, memory, 0);
    ({ memory } = placing);
    return placing.isSent;
  };
  const crowd = Array.from({ length: 20 }, (_, id) => place(id, 'medium'));
  assert.equal(crowd.filter((isSent) => isSent).length, 6);
  assert.deepEqual([place(20, 'high'), place(21, 'high'), place(22, 'high')], [true, true, false]);
  assert.equal(memory?.held?.items.length, 15);
  // Held back already, it is part of the digest and nothing else.
  assert.equal(placeItem(itemOf(22, 'high'), wide, { ...memory!, tokens: 5 }, 0).isSent, false);
});

test('what was held back is told alone only where that leaves room for what is high', () => {
  const wide = { ...limits, rateLimit: { messages: 8, per: '1h' } } as const;
  const held = { reason: 'rate limit', since: 0, release: 1, furtherGroups: 0 } as const;
  const release = (severity: Severity) => {
    const items = [1, 2, 3].map((id) => itemOf(id, severity));
    return releaseHeld({ tokens: 4, filledAt: 1, held: { ...held, items } }, wide, 1);
  };
  assert.equal(release('low')?.isDigest, true);
  assert.equal(release('high')?.isDigest, false);
});

test('a limit of one is for everybody', () => {
  assert.equal(placeItem(itemOf(1, 'info'), limits, undefined, 0).isSent, true);
});

test('a digest that can not list more lists what is worst, and counts the others', () => {
  let memory: ChannelMemory = { tokens: 0, filledAt: 0 };
  const hold = (item: HeldItem) => {
    ({ memory } = placeItem(item, limits, memory, 0));
  };
  hold(itemOf(0, 'medium'));
  for (let id = 1; id < 150; id += 1) hold(itemOf(id, 'low'));
  hold(itemOf(150, 'high'));
  const { items, furtherGroups } = memory.held!;
  assert.deepEqual([items.length, furtherGroups], [100, 51]);
  assert.deepEqual([items[0]?.severity, items.at(-2)?.id, items.at(-1)?.id], ['medium', 98, 150]);
});
