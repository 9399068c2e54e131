import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ACTING_NICE } from './raise-priority.ts';

const module = new URL('./raise-priority.ts', import.meta.url).href;

/** Raises the priority of a thread of its own. */
async function raiseInThread(): Promise<{ refused: string | undefined; nice: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ refused: string | undefined; nice: number }>();
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const { readFileSync } = require('node:fs');
     import(${JSON.stringify(module)}).then(({ raisePriority }) => {
       const refused = raisePriority();
       const fields = readFileSync('/proc/thread-self/stat', 'latin1').split(') ')[1].split(' ');
       parentPort.postMessage({ refused, nice: Number(fields[16]) });
     });`,
    { eval: true },
  );
  worker.once('message', resolve).once('error', reject);
  return promise.finally(() => worker.terminate());
}

const CAP_SYS_NICE = 1n << 23n;

function mayBeNegative(): boolean {
  const [, digits = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return (BigInt(`0x${digits}`) & CAP_SYS_NICE) !== 0n;
}

test('the thread that asks gets its turn sooner, the others of its process stay as they are', async () => {
  const before = getPriority();
  const { refused, nice } = await raiseInThread();
  if (mayBeNegative()) {
    assert.equal(refused, undefined);
    assert.equal(nice, Math.min(before, ACTING_NICE));
  } else assert.deepEqual({ refused, nice }, { refused: 'EACCES', nice: before });
  assert.equal(getPriority(), before);
});
