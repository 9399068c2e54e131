import type { EventBatch } from './batch.ts';

/** Bytes of the fixed header in front of every event. */
export const HEADER_LENGTH = 26;
/** Where the header holds the event's type, a u16. */
export const TYPE_OFFSET = 20;

/**
 * The one window through which an event is read: created once, moved over batch after batch, never allocating.
 * Read its parameters with the functions of `parameters.ts`; what they return is valid until the next move.
 */
export interface EventView {
  bytes: Uint8Array;
  data: DataView;
  /** Where the event's header starts in `bytes`. */
  offset: number;
  /** Length of the whole event in bytes, header included. */
  length: number;
  /** The event's type id: an index into the event table. */
  type: number;
  parameterCount: number;
  /** Thread id; -1 and other negative ids are possible in synthetic events. */
  tid: number;
  /** Nanoseconds since the epoch, as two halves: reading a 64-bit integer would allocate. */
  timestampLow: number;
  timestampHigh: number;
  cpu: number;
  number: number;
}

export function createEventView(): EventView {
  const bytes = new Uint8Array(0);
  return {
    bytes,
    data: new DataView(bytes.buffer),
    offset: 0,
    length: 0,
    type: 0,
    parameterCount: 0,
    tid: 0,
    timestampLow: 0,
    timestampHigh: 0,
    cpu: 0,
    number: 0,
  };
}

/** Moves the view to the batch's event at `index`. */
export function moveTo(view: EventView, batch: EventBatch, index: number): void {
  const { data } = batch;
  const offset = batch.offsets[index];
  if (view.data !== data) {
    view.bytes = batch.bytes;
    view.data = data;
  }
  view.offset = offset;
  view.timestampLow = data.getUint32(offset, true);
  view.timestampHigh = data.getUint32(offset + 4, true);
  view.tid = data.getUint32(offset + 8, true) + data.getInt32(offset + 12, true) * 0x1_0000_0000;
  view.length = data.getUint32(offset + 16, true);
  view.type = data.getUint16(offset + 20, true);
  view.parameterCount = data.getUint32(offset + 22, true);
  view.cpu = batch.cpus[index];
  view.number = batch.numbers[index];
}

/** The event's time in nanoseconds since the epoch (allocates: not for the hot path). */
export function timestampOf(view: EventView): bigint {
  return (BigInt(view.timestampHigh) << 32n) | BigInt(view.timestampLow);
}
