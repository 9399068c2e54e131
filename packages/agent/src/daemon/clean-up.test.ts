import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCleanUp } from './clean-up.ts';

test('what began last ends first, one after the other, also where one of them fails', async () => {
  const done: string[] = [];
  const problems: unknown[] = [];
  const cleanUp = createCleanUp((error) => problems.push(error));
  const failure = new Error('no');
  cleanUp.add(() => done.push('store'));
  cleanUp.add(async () => {
    await new Promise(setImmediate);
    done.push('outputs');
  });
  cleanUp.add(() => {
    throw failure;
  });
  cleanUp.add(async () => done.push('timer'));
  await Promise.all([cleanUp.run(), cleanUp.run()]);
  assert.deepEqual(done, ['timer', 'outputs', 'store']);
  assert.deepEqual(problems, [failure]);
});
