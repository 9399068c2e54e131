import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { createDropWatch, type DropPolicy, defaultDropPolicy } from './drops.ts';

function watch(policy: Partial<DropPolicy>) {
  const counts = { delivered: 0, lost: 0 };
  return { counts, drops: createDropWatch({ ...defaultDropPolicy, ...policy }, () => ({ ...counts })) };
}

test('nothing is lost, nothing is said', () => {
  const { drops } = watch({});
  for (let second = 0; second < 10; second += 0.25) assert.equal(drops.observe(second), undefined);
  assert.deepEqual(drops.report(), { occurrences: 0, actionsTaken: 0 });
});

test('losses above the threshold are acted on, once a second at most, as often as the rate allows', () => {
  const { counts, drops } = watch({ threshold: 0.1, rate: 0, maximumBurst: 2 });
  drops.observe(0);
  counts.delivered = 95;
  counts.lost = 5;
  assert.equal(drops.observe(1.5), undefined);
  for (let second = 3; second < 9; second += 2) {
    counts.delivered += 80;
    counts.lost += 20;
    const notice = drops.observe(second);
    const since = second === 3 ? 1.5 : second - 2;
    assert.deepEqual(notice, second < 7 ? { delivered: 80, lost: 20, since } : undefined);
    assert.equal(drops.observe(second + 0.5), undefined);
  }
  assert.deepEqual(drops.report(), { occurrences: 3, actionsTaken: 2 });
});

test('what is lost behind the last look is told at the end, however often was told before', () => {
  const { counts, drops } = watch({ threshold: 0.1, rate: 0, maximumBurst: 1 });
  drops.observe(0);
  counts.lost = 5;
  assert.deepEqual(drops.observe(1.5), { delivered: 0, lost: 5, since: 0 });
  counts.delivered = 3;
  counts.lost = 7;
  assert.equal(drops.observe(2), undefined);
  assert.deepEqual(drops.finish(), { delivered: 3, lost: 2, since: 1.5 });
  assert.equal(drops.finish(), undefined);
  assert.deepEqual(drops.report(), { occurrences: 2, actionsTaken: 2 });
});

test('at the end, too, nothing is told of what is below the threshold, or only simulated', () => {
  const { counts, drops } = watch({ threshold: 0.5 });
  counts.delivered = 9;
  counts.lost = 1;
  assert.equal(drops.finish(), undefined);
  assert.equal(watch({ isSimulated: true }).drops.finish(), undefined);
});

test('simulated losses come every second', () => {
  const { drops } = watch({ isSimulated: true, maximumBurst: 10 });
  let notices = 0;
  for (let second = 0; second < 10; second += 0.4) if (drops.observe(second) !== undefined) notices += 1;
  assert.equal(drops.report().occurrences, notices);
  assert.equal(notices, 8);
});

test('contradictory policies are refused', () => {
  const isError = (code: string) => (error: unknown) => isSeawallError(error, `agent/${code}`);
  assert.throws(() => watch({ threshold: -1 }), isError('DROP_THRESHOLD_INVALID'));
  assert.throws(() => watch({ threshold: 1.5 }), isError('DROP_THRESHOLD_INVALID'));
  assert.throws(() => watch({ threshold: Number.NaN }), isError('DROP_THRESHOLD_INVALID'));
  assert.throws(() => watch({ actions: ['ignore', 'log'] }), isError('DROP_ACTIONS_CONTRADICT'));
});
