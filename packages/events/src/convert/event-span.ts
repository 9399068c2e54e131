import { largePayloadByType } from '../table/event-type.ts';
import { HEADER_LENGTH } from '../view.ts';

/** An event somewhere in a buffer, in today's header form. */
export interface EventSpan {
  readonly bytes: Uint8Array;
  readonly data: DataView;
  offset: number;
}

export function lengthOf(event: EventSpan): number {
  return event.data.getUint32(event.offset + 16, true);
}

export function typeOf(event: EventSpan): number {
  return event.data.getUint16(event.offset + 20, true);
}

export function parameterCountOf(event: EventSpan): number {
  return event.data.getUint32(event.offset + 22, true);
}

/** Bytes that each parameter's length takes in events of that type. */
export function lengthSizeOf(type: number): 2 | 4 {
  return largePayloadByType[type] === 1 ? 4 : 2;
}

export function parameterLengthOf(event: EventSpan, index: number): number {
  const at = event.offset + HEADER_LENGTH;
  return lengthSizeOf(typeOf(event)) === 4
    ? event.data.getUint32(at + index * 4, true)
    : event.data.getUint16(at + index * 2, true);
}

/** Where the parameter's bytes start in the span's buffer. */
export function parameterStartOf(event: EventSpan, index: number): number {
  const lengthSize = lengthSizeOf(typeOf(event));
  let start = event.offset + HEADER_LENGTH + parameterCountOf(event) * lengthSize;
  for (let i = 0; i < index; i++) start += parameterLengthOf(event, i);
  return start;
}

export function setParameterLength(event: EventSpan, type: number, index: number, length: number): void {
  const at = event.offset + HEADER_LENGTH;
  if (lengthSizeOf(type) === 4) event.data.setUint32(at + index * 4, length, true);
  else event.data.setUint16(at + index * 2, length, true);
}
