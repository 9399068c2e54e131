import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { createRingReader, type MappedRing } from './ring.ts';

const PAGE = 4096;
const SIZE = 4096;
const EVENT_LENGTH = 26;

/** Plays the kernel's side: puts records into the ring, both copies of it, and tells their positions. */
function createRing() {
  const ring: MappedRing = {
    consumer: new ArrayBuffer(PAGE),
    producer: new ArrayBuffer(PAGE + 2 * SIZE),
    pageSize: PAGE,
  };
  const bytes = Buffer.from(ring.producer, PAGE);
  let position = 0;
  function putWord(at: number, word: number): void {
    for (const copy of [0, SIZE]) bytes.writeUInt32LE(word >>> 0, ((at % SIZE) + copy) % (2 * SIZE));
  }
  return {
    ring,
    consumed: () => Number(new BigUint64Array(ring.consumer)[0]),
    produce(cpu: number, sequence: number, bits = 0, length = 8 + EVENT_LENGTH) {
      putWord(position, length | bits);
      putWord(position + 8, cpu);
      putWord(position + 12, sequence);
      const at = position;
      position += 8 + ((length + 7) & ~7);
      new BigUint64Array(ring.producer, 0, 1)[0] = BigInt(position);
      return { finish: () => putWord(at, length) };
    },
  };
}

test('records become events, numbered, and their memory is given back only on release', () => {
  const { ring, produce, consumed } = createRing();
  const reader = createRingReader(ring, 2, SIZE);
  produce(1, 0);
  produce(0, 0);
  assert.equal(reader.take(), 2);
  assert.deepEqual([...reader.batch.cpus.subarray(0, 2)], [1, 0]);
  assert.deepEqual([...reader.batch.numbers.subarray(0, 2)], [1, 2]);
  assert.deepEqual([...reader.batch.offsets.subarray(0, 2)], [16, 64]);
  assert.equal(consumed(), 0);
  reader.release();
  assert.equal(consumed(), 96);
  assert.equal(reader.take(), 0);
});

test('a record that is still being written holds back those behind it', () => {
  const { ring, produce } = createRing();
  const reader = createRingReader(ring, 1, SIZE);
  produce(0, 0);
  const { finish } = produce(0, 1, 0x8000_0000);
  produce(0, 2);
  assert.equal(reader.take(), 1);
  reader.release();
  finish();
  assert.equal(reader.take(), 2);
});

test('discarded records are stepped over', () => {
  const { ring, produce, consumed } = createRing();
  const reader = createRingReader(ring, 1, SIZE);
  produce(0, 0, 0x4000_0000);
  produce(0, 0);
  assert.equal(reader.take(), 1);
  reader.release();
  assert.equal(consumed(), 96);
});

test('reading goes on across the end of the ring, many times round', () => {
  const { ring, produce } = createRing();
  const reader = createRingReader(ring, 1, SIZE);
  let events = 0;
  for (let sequence = 0; sequence < 1000; sequence += 1) {
    produce(0, sequence);
    if (sequence % 50 !== 49) continue;
    events += reader.take();
    for (const offset of reader.batch.offsets.subarray(0, reader.batch.count)) assert.ok(offset < SIZE + 16);
    reader.release();
  }
  assert.equal(events, 1000);
  assert.equal(reader.lost, 0);
});

test('gaps in the sequence of a CPU are lost events, also where the sequence starts again', () => {
  const { ring, produce } = createRing();
  const reader = createRingReader(ring, 2, SIZE);
  for (const sequence of [0xffff_fffe, 0xffff_ffff, 0, 3]) produce(0, sequence);
  for (const sequence of [7, 8]) produce(1, sequence);
  reader.take();
  assert.equal(reader.lost, 2);
});

test('an impossible length is an error, not a read beyond the ring', () => {
  const { ring, produce } = createRing();
  const reader = createRingReader(ring, 1, SIZE);
  produce(0, 0, 0, SIZE * 2);
  assert.throws(
    () => reader.take(),
    (error) => isSeawallError(error, 'probe/RING_BROKEN'),
  );
});
