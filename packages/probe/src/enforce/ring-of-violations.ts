import { errors } from '../errors.ts';
import type { MappedRing } from '../ring.ts';
import { VIOLATION_BYTES } from './violation.ts';

const RECORD_HEADER = 8;
const IS_BUSY = 0x8000_0000;
const IS_DISCARDED = 0x4000_0000;
const LENGTH_MASK = 0x3fff_ffff;

/**
 * Gives the function that hands out what is in the ring, a record at a time, and how many there were. The bytes are
 * the kernel's own: they are gone when `visit` returns.
 * It throws probe/RING_BROKEN should a record have another length than all have.
 */
export function createViolationReader(ring: MappedRing): (visit: (record: Buffer) => void) => number {
  const bytes = Buffer.from(ring.producer, ring.pageSize);
  const words = new Int32Array(ring.producer, ring.pageSize);
  const size = bytes.length / 2;
  const consumed = new BigUint64Array(ring.consumer, 0, 1);
  const produced = new BigUint64Array(ring.producer, 0, 1);
  return (visit) => {
    let position = Number(Atomics.load(consumed, 0));
    const end = Number(Atomics.load(produced, 0));
    let count = 0;
    while (position < end) {
      const at = position % size;
      const header = Atomics.load(words, at >> 2) >>> 0;
      if ((header & IS_BUSY) !== 0) break;
      const length = header & LENGTH_MASK;
      if ((header & IS_DISCARDED) === 0) {
        if (length !== VIOLATION_BYTES) throw errors.create('RING_BROKEN', { position, length });
        visit(bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
        count += 1;
      }
      position += RECORD_HEADER + ((length + 7) & ~7);
      Atomics.store(consumed, 0, BigInt(position));
    }
    return count;
  };
}
