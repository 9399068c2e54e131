import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventBatch } from '@seawall/events';
import { createHeldEvents } from './held-events.ts';
import { createRingReader, type RingReader } from './ring.ts';

const PAGE = 4096;
const SIZE = 4096;
const HEADER = 26;

/** A ring into which records of the given payloads are put, as the kernel does. */
function createFilledRing(): { reader: RingReader; produce(payload: string): boolean } {
  const ring = {
    consumer: new ArrayBuffer(PAGE),
    producer: new ArrayBuffer(PAGE + 2 * SIZE),
    pageSize: PAGE,
  };
  const bytes = Buffer.from(ring.producer, PAGE);
  let position = 0;
  let sequence = 0;
  return {
    reader: createRingReader(ring, 1, SIZE),
    produce(payload) {
      const length = 8 + HEADER + payload.length;
      const whole = 8 + ((length + 7) & ~7);
      if (position + whole - Number(new BigUint64Array(ring.consumer)[0]) > SIZE) return false;
      const record = Buffer.alloc(whole);
      record.writeUInt32LE(length, 0);
      record.writeUInt32LE(sequence, 12);
      record.writeUInt32LE(HEADER + payload.length, 16 + 16);
      record.write(payload, 16 + HEADER, 'latin1');
      sequence += 1;
      for (const [index, byte] of record.entries()) {
        const at = (position + index) % SIZE;
        bytes[at] = byte;
        bytes[at + SIZE] = byte;
      }
      position += whole;
      new BigUint64Array(ring.producer, 0, 1)[0] = BigInt(position);
      return true;
    },
  };
}

function payloadsOf({ bytes, data, count, offsets }: EventBatch): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const at = offsets[index];
    const end = at + data.getUint32(at + 16, true);
    return Buffer.from(bytes.subarray(at + HEADER, end)).toString('latin1');
  });
}

test('what was held comes out as it went in, several times around the ring, numbered through', () => {
  const { reader, produce } = createFilledRing();
  const held = createHeldEvents(reader, 1 << 20);
  const put: string[] = [];
  for (let index = 0; index < 500; index += 1) {
    const payload = `${index}`.repeat(1 + (index % 40));
    if (!produce(payload)) {
      held.hold();
      assert.ok(produce(payload));
    }
    put.push(payload);
  }
  held.hold();
  const batches = [...held.release()];
  // What is too little to be moved is still there.
  if (reader.take() > 0) batches.push(reader.batch);
  assert.deepEqual(batches.flatMap(payloadsOf), put);
  const numbers = batches.flatMap(({ numbers, count }) => [...numbers.subarray(0, count)]);
  assert.deepEqual(
    numbers,
    [...put.keys()].map((index) => index + 1),
  );
  assert.deepEqual(held.release(), []);
  assert.equal(reader.lost, 0);
});

test('no more is held than there is room for: the rest stays in the ring', () => {
  const { reader, produce } = createFilledRing();
  const held = createHeldEvents(reader, 100);
  produce('a'.repeat(1000));
  held.hold();
  produce('b'.repeat(1000));
  held.hold();
  assert.deepEqual(held.release().flatMap(payloadsOf), ['a'.repeat(1000)]);
  assert.equal(reader.take(), 1);
  assert.deepEqual(payloadsOf(reader.batch), ['b'.repeat(1000)]);
});

test('nothing is moved out of a ring that is nearly empty', () => {
  const { reader, produce } = createFilledRing();
  const held = createHeldEvents(reader, 1 << 20);
  produce('a');
  assert.ok(reader.fillNow() > 0 && reader.fillNow() < 0.1);
  held.hold();
  assert.deepEqual(held.release(), []);
  assert.equal(reader.take(), 1);
});
