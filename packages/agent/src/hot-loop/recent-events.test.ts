import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventView, type EventBatch, HEADER_LENGTH, moveTo } from '@seawall/events';
import fc from 'fast-check';
import { batchOf, createRecentEvents } from './recent-events.ts';

/** A batch of events with nothing but a header and so many bytes, one millisecond apart. */
function makeBatch(lengths: readonly number[], firstNumber: number): EventBatch {
  const total = lengths.reduce((sum, length) => sum + HEADER_LENGTH + length + 3, 0);
  const bytes = new Uint8Array(total);
  const data = new DataView(bytes.buffer);
  const offsets = new Uint32Array(lengths.length);
  let at = 0;
  for (const [index, length] of lengths.entries()) {
    offsets[index] = at;
    data.setBigUint64(at, BigInt(firstNumber + index) * 1_000_000n, true);
    data.setUint32(at + 16, HEADER_LENGTH + length, true);
    bytes.fill((firstNumber + index) % 251, at + HEADER_LENGTH, at + HEADER_LENGTH + length);
    at += HEADER_LENGTH + length + 3;
  }
  const numbers = Float64Array.from(lengths, (_, index) => firstNumber + index);
  return {
    bytes,
    data,
    count: lengths.length,
    offsets,
    cpus: new Uint16Array(lengths.length).fill(1),
    numbers,
  };
}

/** The numbers of the events that are there, each checked to be whole. */
function numbersIn(recent: ReturnType<typeof createRecentEvents>): number[] {
  const view = createEventView();
  return recent.copy().flatMap((chunk) => {
    const batch = batchOf(chunk);
    return Array.from({ length: batch.count }, (_, index) => {
      moveTo(view, batch, index);
      const payload = view.bytes.subarray(view.offset + HEADER_LENGTH, view.offset + view.length);
      assert.ok(
        payload.every((byte) => byte === view.number % 251),
        `event ${view.number} was overwritten`,
      );
      assert.equal(view.cpu, 1);
      return view.number;
    });
  });
}

test('whatever is added, the newest events are there, whole and in order, and memory is never exceeded', () => {
  const batches = fc.array(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(batches, (sizes) => {
      const recent = createRecentEvents(4096, Number.POSITIVE_INFINITY);
      let next = 1;
      for (const lengths of sizes) {
        recent.add(makeBatch(lengths, next));
        next += lengths.length;
        const numbers = numbersIn(recent);
        assert.equal(numbers.at(-1), next - 1);
        assert.deepEqual(
          numbers,
          numbers.map((_, index) => next - numbers.length + index),
        );
        const bytes = recent.copy().reduce((sum, chunk) => sum + chunk.bytes.length, 0);
        assert.ok(bytes <= 4096, `${bytes} bytes`);
      }
    }),
  );
});

test('events older than asked for are forgotten', () => {
  const recent = createRecentEvents(1 << 20, 10);
  for (let number = 1; number <= 100; number += 1) recent.add(makeBatch([8], number));
  assert.deepEqual(numbersIn(recent), [90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
});

test('a batch bigger than the memory leaves its newest events', () => {
  const recent = createRecentEvents(4096, Number.POSITIVE_INFINITY);
  recent.add(
    makeBatch(
      Array.from({ length: 200 }, () => 50),
      1,
    ),
  );
  const numbers = numbersIn(recent);
  assert.equal(numbers.at(-1), 200);
  assert.ok(numbers.length > 20);
});
