import { HEADER_LENGTH } from '../view.ts';
import { type EventSpan, lengthOf, parameterCountOf } from './event-span.ts';

/**
 * Writes the event to `target` with further parameters behind its own: the conversion that is needed most, of events
 * that only lack what later versions appended. For types with 2 bytes a length, and shorter events than a converted
 * one may be.
 * @param appended the bytes of each further parameter.
 */
export function appendParameters(event: EventSpan, target: EventSpan, appended: readonly Uint8Array[]): void {
  const count = parameterCountOf(event);
  const newCount = count + appended.length;
  const length = lengthOf(event);
  const { data } = target;
  const fixed = HEADER_LENGTH + count * 2;
  copyWords(event.data, event.offset, data, target.offset, fixed);
  let end = target.offset + HEADER_LENGTH + newCount * 2;
  copyWords(event.data, event.offset + fixed, data, end, length - fixed);
  end += length - fixed;
  for (let index = 0; index < appended.length; index++) {
    const bytes = appended[index]!;
    data.setUint16(target.offset + fixed + index * 2, bytes.length, true);
    for (let at = 0; at < bytes.length; at++) data.setUint8(end++, bytes[at]!);
  }
  data.setUint32(target.offset + 16, end - target.offset, true);
  data.setUint32(target.offset + 22, newCount, true);
}

/** For the few bytes of an event this is faster than a call that copies. */
function copyWords(from: DataView, start: number, to: DataView, target: number, length: number): void {
  let at = 0;
  for (; at + 4 <= length; at += 4) to.setUint32(target + at, from.getUint32(start + at));
  for (; at < length; at++) to.setUint8(target + at, from.getUint8(start + at));
}
