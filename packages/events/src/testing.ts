import type { EventBatch } from './batch.ts';
import { largePayloadByType } from './table/event-type.ts';
import { createEventView, type EventView, HEADER_LENGTH, moveTo } from './view.ts';

/* Making events by hand, for this package's tests. */

export interface EventHead {
  readonly timestamp?: bigint;
  readonly tid?: bigint;
}

/** An event's bytes in today's form. */
export function encodeEvent(type: number, parameters: readonly Uint8Array[], head: EventHead = {}): Buffer {
  const lengthSize = largePayloadByType[type] === 1 ? 4 : 2;
  const dataLength = parameters.reduce((sum, bytes) => sum + bytes.length, 0);
  const length = HEADER_LENGTH + parameters.length * lengthSize + dataLength;
  const event = Buffer.alloc(length);
  event.writeBigUInt64LE(head.timestamp ?? 1n, 0);
  event.writeBigInt64LE(head.tid ?? 1n, 8);
  event.writeUInt32LE(length, 16);
  event.writeUInt16LE(type, 20);
  event.writeUInt32LE(parameters.length, 22);
  let at = HEADER_LENGTH;
  for (const bytes of parameters) {
    if (lengthSize === 4) event.writeUInt32LE(bytes.length, at);
    else event.writeUInt16LE(bytes.length, at);
    at += lengthSize;
  }
  for (const bytes of parameters) {
    event.set(bytes, at);
    at += bytes.length;
  }
  return event;
}

/** A batch of events, as a source would deliver it. */
export function batchOf(events: readonly Uint8Array[]): EventBatch {
  const bytes = Buffer.concat(events);
  const offsets = new Uint32Array(events.length);
  let at = 0;
  for (const [index, event] of events.entries()) {
    offsets[index] = at;
    at += event.length;
  }
  return {
    bytes,
    data: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    count: events.length,
    offsets,
    cpus: new Uint16Array(events.length),
    numbers: Float64Array.from(events, (_, index) => index + 1),
  };
}

/** A view upon one event. */
export function viewOf(type: number, parameters: readonly Uint8Array[], head?: EventHead): EventView {
  const view = createEventView();
  moveTo(view, batchOf([encodeEvent(type, parameters, head)]), 0);
  return view;
}
