import { parameterCountByType } from '../convert/eligibility.ts';
import { eventTypeOfSymbol } from '../table/event-type.ts';

/** Length of the event header before format 1.2: no parameter count. */
export const OLD_HEADER_LENGTH = 22;

/** Recorders wrote the length of these 3 bytes too large. */
const tooLong = new Set([
  eventTypeOfSymbol('NOTIFICATION_E').id,
  eventTypeOfSymbol('INFRASTRUCTURE_EVENT_E').id,
]);

/**
 * Brings an event with an old header to today's form where it lies: the header moves 4 bytes towards the buffer's start, over
 * the CPU in front of it, and the parameter count takes the room behind it. The count is the largest that the type
 * allows with which the parameters' lengths add up to the event's.
 * @param event offset of the old header; afterwards the event starts 4 bytes before it.
 * @param end offset behind the room that the event may take.
 * @returns what is wrong with the event; undefined where it has been rewritten. The type must be in the table.
 */
export function rewriteOldHeader(
  data: DataView,
  bytes: Uint8Array,
  event: number,
  end: number,
): string | undefined {
  const type = data.getUint16(event + 20, true);
  const recordedLength = data.getUint32(event + 16, true);
  const length = tooLong.has(type) ? recordedLength - 3 : recordedLength;
  if (length < OLD_HEADER_LENGTH || event + length > end) {
    return `an event of ${recordedLength} bytes does not fit its block`;
  }
  const count = countParameters(data, type, event + OLD_HEADER_LENGTH, event + length);
  if (count < 0) return "an event's length does not match its parameters";
  bytes.copyWithin(event - 4, event, event + OLD_HEADER_LENGTH);
  data.setUint32(event - 4 + 16, length + 4, true);
  data.setUint32(event - 4 + 22, count, true);
  return undefined;
}

/** The number of parameters, -1 where none matches. `lengths` is where the list of lengths starts. */
function countParameters(data: DataView, type: number, lengths: number, end: number): number {
  for (let count = parameterCountByType[type]!; count >= 0; count--) {
    let at = lengths + count * 2;
    if (at > end) continue;
    for (let index = 0; index < count; index++) at += data.getUint16(lengths + index * 2, true);
    if (at <= end) return at === end ? count : -1;
  }
  return -1;
}
