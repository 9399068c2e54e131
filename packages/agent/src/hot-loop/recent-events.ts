import type { EventBatch } from '@seawall/events';

/** The raw events of the last seconds, in a memory of fixed size: what a capture of "before it happened" is made of. */
export interface RecentEvents {
  /** Copies the batch; the oldest events go when there is no room or when they are too old. */
  add(batch: EventBatch): void;
  /** Copies of what is there, oldest first, ready to be handed to another thread. */
  copy(): readonly EventChunk[];
  /** Bytes in use. */
  readonly size: number;
}

/** Events of one batch that outlive it. */
export interface EventChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each event begins in `bytes`. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  readonly cpus: Uint16Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
}

interface Entry {
  /** Where its bytes lie in the memory. */
  readonly start: number;
  readonly end: number;
  /** From `start`. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  readonly cpus: Uint16Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Nanoseconds since the epoch of its last event, as a double: good to a microsecond, which is enough to forget by. */
  readonly lastTime: number;
}

const LENGTH_OFFSET = 16;
const UPPER_HALF = 0x1_0000_0000;
const NANOSECONDS_PER_MILLISECOND = 1e6;
/** Of offsets, CPU and number, which are kept beside an event's bytes. */
const INDEX_BYTES = 14;

/**
 * @param maximumBytes memory for events, asked for at once.
 * @param keepMilliseconds how old events may become.
 */
export function createRecentEvents(maximumBytes: number, keepMilliseconds: number): RecentEvents {
  const memory = new Uint8Array(maximumBytes);
  const keep = keepMilliseconds * NANOSECONDS_PER_MILLISECOND;
  const entries: Entry[] = [];
  let position = 0;

  function addRange(batch: EventBatch, from: number, to: number): void {
    const { data, offsets } = batch;
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (let index = from; index < to; index += 1) {
      const offset = offsets[index];
      const end = offset + data.getUint32(offset + LENGTH_OFFSET, true);
      if (offset < first) first = offset;
      if (end > last) last = end;
    }
    const length = last - first;
    if (length > maximumBytes / 2) {
      // A single event never is: the memory would be too small to be of use.
      if (to - from < 2) return;
      const middle = (from + to) >> 1;
      addRange(batch, from, middle);
      addRange(batch, middle, to);
      return;
    }
    if (position + length > maximumBytes) {
      // What lies behind is of the last time round, and older than what lies at the beginning.
      forgetWhile(({ start }) => start >= position);
      position = 0;
    }
    forgetWhile(({ start, end }) => start < position + length && end > position);
    memory.set(batch.bytes.subarray(first, last), position);
    const latest = offsets[to - 1];
    entries.push({
      start: position,
      end: position + length,
      offsets: batch.offsets.slice(from, to).map((offset) => offset - first) as Uint32Array<ArrayBuffer>,
      cpus: batch.cpus.slice(from, to) as Uint16Array<ArrayBuffer>,
      numbers: batch.numbers.slice(from, to) as Float64Array<ArrayBuffer>,
      lastTime: data.getUint32(latest + 4, true) * UPPER_HALF + data.getUint32(latest, true),
    });
    position += length;
  }

  /** Forgets from the oldest on, as long as that holds. */
  function forgetWhile(isInTheWay: (entry: Entry) => boolean): void {
    const kept = entries.findIndex((entry) => !isInTheWay(entry));
    entries.splice(0, kept === -1 ? entries.length : kept);
  }

  return {
    add(batch) {
      if (batch.count === 0) return;
      addRange(batch, 0, batch.count);
      const oldest = (entries.at(-1)?.lastTime ?? 0) - keep;
      forgetWhile(({ lastTime }) => lastTime < oldest);
    },
    copy: () =>
      entries.map(({ start, end, offsets, cpus, numbers }) => ({
        bytes: memory.slice(start, end),
        offsets: offsets.slice(),
        cpus: cpus.slice(),
        numbers: numbers.slice(),
      })),
    get size() {
      return entries.reduce(
        (sum, { start, end, offsets }) => sum + end - start + offsets.length * INDEX_BYTES,
        0,
      );
    },
  };
}

/** A batch as a chunk that outlives it. */
export function chunkOf(batch: EventBatch): EventChunk {
  const { count, data } = batch;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let index = 0; index < count; index += 1) {
    const offset = batch.offsets[index];
    first = Math.min(first, offset);
    last = Math.max(last, offset + data.getUint32(offset + LENGTH_OFFSET, true));
  }
  return {
    bytes: count === 0 ? new Uint8Array(0) : (batch.bytes.slice(first, last) as Uint8Array<ArrayBuffer>),
    offsets: batch.offsets.slice(0, count).map((offset) => offset - first) as Uint32Array<ArrayBuffer>,
    cpus: batch.cpus.slice(0, count) as Uint16Array<ArrayBuffer>,
    numbers: batch.numbers.slice(0, count) as Float64Array<ArrayBuffer>,
  };
}

/** A chunk as the batch that it was. */
export function batchOf({ bytes, offsets, cpus, numbers }: EventChunk): EventBatch {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, data, count: offsets.length, offsets, cpus, numbers };
}
