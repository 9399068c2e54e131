import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { ActionRecord } from '@seawall/store';
import { createAutoUnpause } from './auto-unpause.ts';

function paused(key: string, untilMilliseconds: number): ActionRecord {
  const undo = { kind: 'unpause', containerId: 'b', until: String(BigInt(untilMilliseconds) * 1_000_000n) };
  return {
    key,
    occurrence: undefined,
    kind: 'pause-container',
    actor: 'policy p',
    target: 'b',
    time: 0n,
    result: 'done',
    detail: '',
    latencyMilliseconds: 1,
    undo,
    undone: undefined,
  };
}

/** Lets promises that are settled by now go on. */
const settle = () => new Promise<void>((resolve) => process.nextTick(resolve));

test('a pause ends at its time, one of an earlier run that is over at once, and a failed end is tried again', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 });
  try {
    const ended: string[] = [];
    const errors: string[] = [];
    const unpauser = createAutoUnpause({
      async unpause(key) {
        if (key === 'stubborn' && errors.length === 0) throw new Error('no');
        ended.push(key);
      },
      onError: (key) => errors.push(key),
      now: () => BigInt(Date.now()) * 1_000_000n,
      retryMilliseconds: 100,
    });
    unpauser.add(paused('over', 500));
    unpauser.add(paused('soon', 1400));
    unpauser.add(paused('stubborn', 1400));
    unpauser.add(paused('far', 1000 + 30 * 86_400_000));
    unpauser.add({ ...paused('undone', 500), undone: 1n });
    unpauser.add({ ...paused('killed', 500), undo: undefined });
    assert.equal(unpauser.size, 4);
    mock.timers.tick(1);
    await settle();
    assert.deepEqual(ended, ['over']);
    mock.timers.tick(400);
    await settle();
    assert.deepEqual([ended, errors], [['over', 'soon'], ['stubborn']]);
    mock.timers.tick(100);
    await settle();
    assert.deepEqual(ended, ['over', 'soon', 'stubborn']);
    assert.equal(unpauser.size, 1);
    for (let day = 0; day < 31; day += 1) mock.timers.tick(86_400_000);
    await settle();
    assert.deepEqual(ended.at(-1), 'far');
    unpauser.close();
  } finally {
    mock.timers.reset();
  }
});
