import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { collectGarbage } from './collect-garbage.ts';

test('what nothing refers to any more is given back', () => {
  let garbage: unknown[] | undefined = Array.from({ length: 200_000 }, (_, index) => ({ index }));
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  assert.equal(garbage.length, 200_000);
  garbage = undefined;
  collectGarbage();
  assert.ok(process.memoryUsage().heapUsed < before - 5_000_000);
});

test('each thread can do it for itself', async () => {
  const code = `
    import { collectGarbage } from ${JSON.stringify(import.meta.resolve('./collect-garbage.ts'))};
    import { parentPort } from 'node:worker_threads';
    let garbage = Array.from({ length: 200_000 }, (_, index) => ({ index }));
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    garbage = undefined;
    collectGarbage();
    parentPort.postMessage(before - process.memoryUsage().heapUsed);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const given = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  assert.ok(given > 5_000_000, String(given));
});
