import type { EventBatch } from '@seawall/events';
import type { RingReader } from './ring.ts';

/** Events that were taken out of the ring while something else had to come first. */
export interface HeldEvents {
  /** Copies what lies in the ring if that is filling, so that it does not overflow, as long as there is room for it. */
  hold(): void;
  /** What was held, in its order; it is held no longer. */
  release(): readonly EventBatch[];
}

/** The part of the ring from which on events are better moved out: copies take time and memory. */
const FILLING = 0.1;
/** Where an event's length is in its header. */
const LENGTH_OFFSET = 16;

/**
 * @param most bytes that may be held, but for what one more batch takes: what comes then stays in the ring, and is lost,
 * and counted, should that fill.
 */
export function createHeldEvents(ring: RingReader, most: number): HeldEvents {
  let batches: EventBatch[] = [];
  let bytes = 0;
  return {
    hold() {
      if (ring.fillNow() < FILLING) return;
      while (bytes < most && ring.take() > 0) {
        const batch = copyOf(ring.batch);
        ring.release();
        batches.push(batch);
        bytes += batch.bytes.length;
      }
    },
    release() {
      const released = batches;
      batches = [];
      bytes = 0;
      return released;
    },
  };
}

/** A batch with memory of its own. In the ring events lie one behind the other, but for where it starts again. */
function copyOf({ bytes, data, count, offsets, cpus, numbers }: EventBatch): EventBatch {
  const endOf = (index: number): number =>
    offsets[index] + data.getUint32(offsets[index] + LENGTH_OFFSET, true);
  const restart = offsets
    .subarray(0, count)
    .findIndex((offset, index) => index > 0 && offset < offsets[index - 1]);
  const first = restart === -1 ? count : restart;
  const head = bytes.subarray(offsets[0], endOf(first - 1));
  const tail = restart === -1 ? bytes.subarray(0, 0) : bytes.subarray(offsets[first], endOf(count - 1));
  const copy = new Uint8Array(head.length + tail.length);
  copy.set(head);
  copy.set(tail, head.length);
  const copiedOffsets = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    copiedOffsets[index] =
      index < first ? offsets[index] - offsets[0] : head.length + offsets[index] - offsets[first];
  }
  return {
    bytes: copy,
    data: new DataView(copy.buffer),
    count,
    offsets: copiedOffsets,
    cpus: cpus.slice(0, count),
    numbers: numbers.slice(0, count),
  };
}
