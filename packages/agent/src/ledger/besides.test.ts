import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Activity } from '@seawall/store';
import { type Besides, createBesides } from './besides.ts';

const NOTHING: Besides = { activity: [], lost: [], memory: new Map() };

function activityOf(value: string, time: bigint, workload = 'shop/web/app'): Activity {
  const common = { workload, kind: 'program', count: 2, example: `${value} -v`, starts: 1 } as const;
  return { ...common, value, first: time, last: time };
}

test('what a workload does again and again is kept once, with its count and its first and last time', () => {
  const besides = createBesides();
  for (let time = 1n; time <= 1000n; time += 1n) {
    besides.add({ ...NOTHING, activity: [activityOf('/bin/sh', time), activityOf('/bin/ls', time)] });
  }
  const { activity } = besides.take();
  assert.deepEqual(
    activity.map(({ value, count, starts, first, last }) => [value, count, starts, first, last]),
    [
      ['/bin/sh', 2000, 1000, 1n, 1000n],
      ['/bin/ls', 2000, 1000, 1n, 1000n],
    ],
  );
  assert.equal(besides.isEmpty, true);
});

test('where workloads do too many different things, those that come later are only counted', () => {
  const besides = createBesides();
  for (let number = 0; number < 30_000; number += 1) {
    besides.add({ ...NOTHING, activity: [activityOf(`/bin/${number}`, 1n)] });
  }
  besides.add({ ...NOTHING, activity: [activityOf('/bin/7', 2n)] });
  const { activity } = besides.take();
  assert.equal(activity.length, 20_001);
  assert.deepEqual(activity.find(({ value }) => value === '*')?.count, 20_000);
  assert.deepEqual(activity.find(({ value }) => value === '/bin/7')?.count, 4);
});

test('times of loss are told apart as long as they are few, and none is left out', () => {
  const besides = createBesides();
  for (let time = 0n; time < 5000n; time += 1n) {
    besides.add({ ...NOTHING, lost: [{ from: time, to: time + 1n, events: 3 }] });
  }
  const { lost } = besides.take();
  assert.equal(lost.length, 1000);
  assert.deepEqual(lost[0], { from: 0n, to: 1n, events: 3 });
  assert.deepEqual(lost.at(-1), { from: 999n, to: 5000n, events: 3 * 4001 });
});

test('what could not be stored comes before what came since', () => {
  const besides = createBesides();
  besides.add({ ...NOTHING, activity: [activityOf('/bin/sh', 1n)], memory: new Map([['guard', 'old']]) });
  const taken = besides.take();
  besides.add({ ...NOTHING, activity: [activityOf('/bin/sh', 2n)], memory: new Map([['guard', undefined]]) });
  besides.putBack(taken);
  const { activity, memory } = besides.take();
  assert.deepEqual(
    activity.map(({ count, first, last }) => [count, first, last]),
    [[4, 1n, 2n]],
  );
  assert.deepEqual([...memory], [['guard', undefined]]);
});
