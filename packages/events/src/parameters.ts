import { byteStringAt, byteStringsAt, internedTextAt } from './byte-strings.ts';
import { int64At, int64NumberAt, uint64At } from './integers.ts';
import { largePayloadByType, type ParameterType } from './table/event-type.ts';
import { type EventView, HEADER_LENGTH } from './view.ts';

/*
 * Reading the parameters of the event under the view. Nothing here allocates but what says so (strings, lists,
 * integers beyond 2^53). The source of batches has checked that every parameter lies within its event. A parameter
 * that the event lacks reads as an empty one, and an integer from a parameter that is too short for it reads as 0:
 * where that must be told from a real 0, ask for the length.
 */

/** Offset in `view.bytes` at which the parameter's bytes start; meaningless where the event has no such parameter. */
export function parameterStart(view: EventView, index: number): number {
  const { data } = view;
  let lengths = view.offset + HEADER_LENGTH;
  if (largePayloadByType[view.type] === 1) {
    let start = lengths + view.parameterCount * 4;
    for (let i = 0; i < index; i++, lengths += 4) start += data.getUint32(lengths, true);
    return start;
  }
  let start = lengths + view.parameterCount * 2;
  for (let i = 0; i < index; i++, lengths += 2) start += data.getUint16(lengths, true);
  return start;
}

/** Length of the parameter in bytes; 0 for an empty one and for one that the event does not have. */
export function parameterLength(view: EventView, index: number): number {
  if (index >= view.parameterCount) return 0;
  const lengths = view.offset + HEADER_LENGTH;
  return largePayloadByType[view.type] === 1
    ? view.data.getUint32(lengths + index * 4, true)
    : view.data.getUint16(lengths + index * 2, true);
}

/** True where the event has the parameter and it is not empty. */
export function hasValue(view: EventView, index: number): boolean {
  return parameterLength(view, index) > 0;
}

export function readUint8(view: EventView, index: number): number {
  return parameterLength(view, index) < 1 ? 0 : view.data.getUint8(parameterStart(view, index));
}

export function readUint16(view: EventView, index: number): number {
  return parameterLength(view, index) < 2 ? 0 : view.data.getUint16(parameterStart(view, index), true);
}

export function readUint32(view: EventView, index: number): number {
  return parameterLength(view, index) < 4 ? 0 : view.data.getUint32(parameterStart(view, index), true);
}

export function readInt32(view: EventView, index: number): number {
  return parameterLength(view, index) < 4 ? 0 : view.data.getInt32(parameterStart(view, index), true);
}

/** An unsigned 64-bit parameter: a number where exact, else a bigint. */
export function readUint64(view: EventView, index: number): number | bigint {
  return parameterLength(view, index) < 8 ? 0 : uint64At(view.data, parameterStart(view, index));
}

/** A signed 64-bit parameter: a number where exact, else a bigint. */
export function readInt64(view: EventView, index: number): number | bigint {
  return parameterLength(view, index) < 8 ? 0 : int64At(view.data, parameterStart(view, index));
}

/** A signed 64-bit parameter as a number, rounded beyond 2^53: for descriptors, process ids and results. */
export function readInt64Number(view: EventView, index: number): number {
  return parameterLength(view, index) < 8 ? 0 : int64NumberAt(view.data, parameterStart(view, index));
}

/** The lower half of a 64-bit parameter, unsigned. */
export function readUint64Low(view: EventView, index: number): number {
  return parameterLength(view, index) < 8 ? 0 : view.data.getUint32(parameterStart(view, index), true);
}

/**
 * A parameter of an integer type (also flags, ids, times, ports, sets of signals), by its type: a number where
 * exact, else a bigint; undefined where it is empty or too short, and for types that are no integers.
 */
export function readInteger(
  view: EventView,
  index: number,
  type: ParameterType,
): number | bigint | undefined {
  if (index >= view.parameterCount) return undefined;
  return integerAt(view, parameterStart(view, index), parameterLength(view, index), type);
}

/** The same for bytes anywhere in the event, such as those of a dynamic parameter. */
export function integerAt(
  view: EventView,
  start: number,
  length: number,
  type: ParameterType,
): number | bigint | undefined {
  const { data } = view;
  switch (type) {
    case 'uint8':
    case 'flags8':
    case 'enumflags8':
    case 'sigtype':
    case 'l4proto':
    case 'sockfamily':
      return length < 1 ? undefined : data.getUint8(start);
    case 'int8':
      return length < 1 ? undefined : data.getInt8(start);
    case 'uint16':
    case 'flags16':
    case 'enumflags16':
    case 'syscallid':
    case 'port':
      return length < 2 ? undefined : data.getUint16(start, true);
    case 'int16':
      return length < 2 ? undefined : data.getInt16(start, true);
    case 'uint32':
    case 'flags32':
    case 'enumflags32':
    case 'uid':
    case 'gid':
    case 'mode':
    case 'sigset':
    case 'bool':
      return length < 4 ? undefined : data.getUint32(start, true);
    case 'int32':
    case 'fd32':
    case 'pid32':
      return length < 4 ? undefined : data.getInt32(start, true);
    case 'uint64':
    case 'reltime':
    case 'abstime':
      return length < 8 ? undefined : uint64At(data, start);
    case 'int64':
    case 'errno':
    case 'fd':
    case 'pid':
      return length < 8 ? undefined : int64At(data, start);
    default:
      return undefined;
  }
}

/** The parameter's bytes as they are, as a byte string (allocates). */
export function readByteString(view: EventView, index: number): string {
  const length = parameterLength(view, index);
  if (length === 0) return '';
  const start = parameterStart(view, index);
  return byteStringAt(view.bytes, start, start + length);
}

/** A NUL-terminated parameter (charbuf, paths) as a byte string without its NUL: it ends at the first one (allocates). */
export function readString(view: EventView, index: number): string {
  const length = parameterLength(view, index);
  if (length === 0) return '';
  return internedTextAt(view.bytes, view.data, parameterStart(view, index), length);
}

/** A parameter of NUL-separated strings (arguments, environment, cgroups); a trailing NUL starts no further one (allocates). */
export function readStrings(view: EventView, index: number): string[] {
  const length = parameterLength(view, index);
  if (length === 0) return [];
  const start = parameterStart(view, index);
  return byteStringsAt(view.bytes, start, start + length);
}

/** Number of descriptors in a list (parameter type `fdlist`); 0 for an empty or cut one. */
export function descriptorListLength(view: EventView, index: number): number {
  const length = parameterLength(view, index);
  if (length < 2) return 0;
  const count = view.data.getUint16(parameterStart(view, index), true);
  return Math.min(count, Math.floor((length - 2) / 10));
}

/** The descriptor at `position` of a list; the position must be within the list's length. */
export function descriptorListDescriptor(view: EventView, index: number, position: number): number {
  return int64NumberAt(view.data, parameterStart(view, index) + 2 + position * 10);
}

/** The poll flags at `position` of a list; the position must be within the list's length. */
export function descriptorListFlags(view: EventView, index: number, position: number): number {
  return view.data.getUint16(parameterStart(view, index) + 2 + position * 10 + 8, true);
}

/** Which of its variants a dynamic parameter holds (its first byte); -1 for an empty one. The value is the rest. */
export function dynamicVariant(view: EventView, index: number): number {
  return parameterLength(view, index) < 1 ? -1 : view.data.getUint8(parameterStart(view, index));
}
