import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import type { CourierReport } from '@seawall/policies';
import type { OutboxEntry } from '@seawall/store';
import { createCourierLog } from './courier-log.ts';

const entry = { id: 1, attempts: 0 } as OutboxEntry;
const delivered: CourierReport = { channel: 'hook', kind: 'delivered', entry };
const retried: CourierReport = { channel: 'hook', kind: 'retried', entry, error: 'it answered 500', due: 5 };
const stuck: CourierReport = { channel: 'hook', kind: 'store-failed', error: new Error('the disk is full') };

test('a channel that is away is told once, however many messages are tried, and that it is back', () => {
  const log = createCourierLog(createManualClock(0));
  assert.equal(log(delivered), undefined);
  assert.deepEqual(log(retried), ['warning', 'channel hook: it answered 500; it is tried again']);
  for (let message = 0; message < 100; message += 1) assert.equal(log(retried), undefined);
  assert.deepEqual(log(delivered), ['info', 'channel hook: messages arrive again']);
  assert.equal(log(delivered), undefined);
});

test('one that stays away is told every ten minutes, and one that comes and goes every minute', () => {
  const clock = createManualClock(0);
  const log = createCourierLog(clock);
  const lines: unknown[] = [];
  for (let second = 0; second < 1800; second += 1) {
    lines.push(log(retried));
    clock.advance(1000);
  }
  assert.equal(lines.filter((line) => line !== undefined).length, 3);
  lines.length = 0;
  for (let second = 0; second < 1800; second += 1) {
    lines.push(log(delivered), log(retried));
    clock.advance(1000);
  }
  const told = lines.filter((line) => line !== undefined).length;
  assert.ok(told > 50 && told <= 62, String(told));
});

test('a store that takes nothing is told once for a channel, and each message that is given up', () => {
  const log = createCourierLog(createManualClock(0));
  assert.match(log(stuck)?.[1] ?? '', /^channel hook: the store doesn't answer \(the disk is full\)/);
  assert.equal(log(stuck), undefined);
  assert.match(log({ ...stuck, channel: '' })?.[1] ?? '', /^messages: the store/);
  assert.deepEqual(log(delivered), ['info', 'channel hook: the store answers again']);
  const dead: CourierReport = { channel: 'hook', kind: 'dead', entry, error: 'refused for good' };
  for (let message = 0; message < 2; message += 1) assert.match(log(dead)?.[1] ?? '', /given up/);
});
