import type { EventBatch } from '@seawall/events';
import { errors } from './errors.ts';

/** The kernel's ring of records, as it is mapped. */
export interface MappedRing {
  readonly consumer: ArrayBuffer;
  readonly producer: ArrayBuffer;
  readonly pageSize: number;
}

/** Reads the ring. One reader only; what it gives lies in the mapped pages until it is released. */
export interface RingReader {
  readonly batch: EventBatch;
  /** Points the batch at what has come since the last release, up to its capacity; gives how many events. */
  take(): number;
  /** Gives the batch's memory back to the kernel: its events can't be read any more. */
  release(): void;
  /** The part of the ring that is full, 0 to 1, as of the last `take`. */
  readonly fill: number;
  /** The same as of now. */
  fillNow(): number;
  /** Bytes of records given back since the ring began: all before was taken. */
  readonly position: number;
  /** Up to where, in the same measure, there is something to take now. */
  end(): number;
  /** Events missing in the sequences of the CPUs so far. */
  readonly lost: number;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const BATCH_CAPACITY = 8 * 1024;
/** In front of each record: its length with two bits, and its page. */
const RECORD_HEADER = 8;
const IS_BUSY = 0x8000_0000;
const IS_DISCARDED = 0x4000_0000;
const LENGTH_MASK = 0x3fff_ffff;
/** What the program writes in front of each event (native/record.h). */
const PREFIX = 8;
const SMALLEST_EVENT = 26;

/**
 * @param ring the data lie behind the producer's first page, and their start once more behind their end.
 * @param cpus CPUs that there can be.
 * @param size bytes of the ring.
 * `take` throws probe/RING_BROKEN should a record's length be impossible.
 */
export function createRingReader(ring: MappedRing, cpus: number, size: number): RingReader {
  const bytes = new Uint8Array(ring.producer, ring.pageSize);
  const data = new DataView(ring.producer, ring.pageSize);
  const words = new Int32Array(ring.producer, ring.pageSize);
  const consumed = new BigUint64Array(ring.consumer, 0, 1);
  const produced = new BigUint64Array(ring.producer, 0, 1);
  const nextSequences = new Float64Array(cpus).fill(-1);
  const batch: Writable<EventBatch> = {
    bytes,
    data,
    count: 0,
    offsets: new Uint32Array(BATCH_CAPACITY),
    cpus: new Uint16Array(BATCH_CAPACITY),
    numbers: new Float64Array(BATCH_CAPACITY),
  };
  let position = Number(Atomics.load(consumed, 0));
  let end = position;
  let eventNumber = 0;
  let lost = 0;
  let fill = 0;

  function noteSequence(cpu: number, sequence: number): void {
    const expected = nextSequences[cpu];
    if (expected >= 0 && sequence !== expected) lost += (sequence - expected) >>> 0;
    nextSequences[cpu] = sequence === 0xffff_ffff ? 0 : sequence + 1;
  }

  return {
    batch,
    take() {
      const limit = Number(Atomics.load(produced, 0));
      let count = 0;
      fill = (limit - position) / size;
      end = position;
      while (end < limit && count < BATCH_CAPACITY) {
        const at = end % size;
        const header = Atomics.load(words, at >> 2) >>> 0;
        if ((header & IS_BUSY) !== 0) break;
        const length = header & LENGTH_MASK;
        if (length > size) throw errors.create('RING_BROKEN', { position: end, length });
        if ((header & IS_DISCARDED) === 0) {
          if (length < PREFIX + SMALLEST_EVENT) throw errors.create('RING_BROKEN', { position: end, length });
          const record = at + RECORD_HEADER;
          const cpu = data.getUint16(record, true);
          noteSequence(cpu, data.getUint32(record + 4, true));
          eventNumber += 1;
          batch.offsets[count] = record + PREFIX;
          batch.cpus[count] = cpu;
          batch.numbers[count] = eventNumber;
          count += 1;
        }
        end += RECORD_HEADER + ((length + 7) & ~7);
      }
      batch.count = count;
      return count;
    },
    release() {
      if (end === position) return;
      position = end;
      batch.count = 0;
      Atomics.store(consumed, 0, BigInt(position));
    },
    get fill() {
      return fill;
    },
    fillNow: () => (Number(Atomics.load(produced, 0)) - position) / size,
    get position() {
      return position;
    },
    end: () => Number(Atomics.load(produced, 0)),
    get lost() {
      return lost;
    },
  };
}
