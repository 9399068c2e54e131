import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBatch } from '@seawall/events';
import { createIgnoring, type Ignoring } from './ignoring.ts';

const TYPE = 9;
const EVENT = 26;
/** Milliseconds after which verdicts are asked for again. */
const INTERVAL = 110;

/** Events of these threads, one after the other. */
function batchOf(tids: readonly number[], type = TYPE): EventBatch {
  const bytes = Buffer.alloc(tids.length * EVENT);
  tids.forEach((tid, index) => {
    bytes.writeUInt32LE(tid, index * EVENT + 8);
    bytes.writeUInt16LE(type, index * EVENT + 20);
  });
  return {
    bytes,
    data: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    count: tids.length,
    offsets: Uint32Array.from(tids, (_, index) => index * EVENT),
    cpus: new Uint16Array(tids.length),
    numbers: new Float64Array(tids.length),
  };
}

interface Told {
  readonly ignoring: Ignoring;
  readonly ring: { position: number; filled: number };
  /** What rules say of each thread; by default all is ruled out. */
  readonly verdicts: Map<number, number>;
  readonly told: string[];
}

function createTold(): Told {
  const told: string[] = [];
  const verdicts = new Map<number, number>();
  const ring = { position: 0, filled: 0 };
  const ignoring = createIgnoring(
    {
      types: [TYPE, TYPE + 2],
      stampOf: (tid, pid) => BigInt(tid + pid),
      ignore: (...verdict) => told.push(verdict.join()),
      forgetAll: () => told.push('forget'),
    },
    {
      get position() {
        return ring.position;
      },
      end: () => ring.filled,
    },
    { pidOf: (tid) => (tid === 3 ? undefined : tid), ruledOut: (tid) => verdicts.get(tid) ?? 3 },
  );
  return { ignoring, ring, verdicts, told };
}

test('threads that make many events are told of when all is known that lay in the ring, with what rules say then', async () => {
  const { ignoring, ring, verdicts, told } = createTold();
  ring.filled = 100;
  ignoring.onBatch(batchOf(new Array(1000).fill(5)));
  ignoring.onHandled();
  await sleep(INTERVAL);
  ignoring.onHandled();
  assert.deepEqual(told, []);
  ring.position = 99;
  ignoring.onHandled();
  assert.deepEqual(told, []);
  verdicts.set(5, 1);
  ring.position = 100;
  ignoring.onHandled();
  assert.deepEqual(told, ['5,5,10,1']);
});

test('threads are left alone that make few events, or others, or that rules may match, or that nobody knows', async () => {
  const { ignoring, verdicts, told } = createTold();
  verdicts.set(2, 0);
  ignoring.onBatch(batchOf(Array.from({ length: 3000 }, (_, index) => 2 + (index % 2))));
  ignoring.onBatch(batchOf(new Array(30).fill(4)));
  ignoring.onBatch(batchOf(new Array(1000).fill(5), TYPE + 1));
  await sleep(INTERVAL);
  ignoring.onHandled();
  assert.deepEqual(told, []);
});

test('whatever the order in which a program makes its events, they are counted', async () => {
  const all = Array.from({ length: 38 }, (_, index) => index + 2).map((period) => {
    const { ignoring, told } = createTold();
    ignoring.onBatch(
      batchOf(Array.from({ length: 320 * period }, (_, index) => (index % period === 0 ? 5 : 1000 + index))),
    );
    return { ignoring, told };
  });
  await sleep(INTERVAL);
  for (const { ignoring, told } of all) {
    ignoring.onHandled();
    assert.deepEqual(told, ['5,5,10,3']);
  }
});

test('what is forgotten takes those along that were about to be told of', async () => {
  const { ignoring, ring, told } = createTold();
  ring.filled = 100;
  ignoring.onBatch(batchOf(new Array(1000).fill(5)));
  await sleep(INTERVAL);
  ignoring.onHandled();
  ignoring.forget();
  ring.position = 100;
  ignoring.onHandled();
  assert.deepEqual(told, ['forget']);
});
