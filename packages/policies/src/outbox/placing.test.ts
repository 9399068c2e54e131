import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Severity } from '@seawall/store';
import type { ChannelMemory, HeldItem } from './memory.ts';
import { placeItem } from './placing.ts';

const limits = { rateLimit: { messages: 1, per: '1h' }, quietHours: undefined, digestEvery: '15m' } as const;

function itemOf(id: number, severity: Severity): HeldItem {
  return { id, key: String(id), severity, kind: 'finding', fromCount: 0, since: 0 };
}

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
