import {
  type EventView,
  HEADER_LENGTH,
  hasValue,
  largePayloadByType,
  parameterLength,
  parameterStart,
  readInt64Number,
  readString,
  readStrings,
} from '@seawall/events';

import { type Texts, textsIn } from '../process/texts.ts';

/* Reading parameters as libsinsp's parsers do. */

const TWO_POW_32 = 0x1_0000_0000;

/** The result of a system call: 4 or 8 bytes, the first parameter of an exit event. 0 where it has none. */
export function resultOf(view: EventView): number {
  if (view.parameterCount === 0) return 0;
  const { data } = view;
  const lengths = view.offset + HEADER_LENGTH;
  const isLarge = largePayloadByType[view.type] === 1;
  const length = isLarge ? data.getUint32(lengths, true) : data.getUint16(lengths, true);
  const start = lengths + view.parameterCount * (isLarge ? 4 : 2);
  if (length === 8) return integerAt(data, start);
  return length === 4 ? data.getInt32(start, true) : 0;
}

/** A descriptor's number; -1 where the event doesn't have the parameter. */
export function descriptorAt(view: EventView, index: number): number {
  const { data, parameterCount } = view;
  if (index >= parameterCount) return -1;
  if (largePayloadByType[view.type] === 1) return hasValue(view, index) ? readInt64Number(view, index) : -1;
  let lengths = view.offset + HEADER_LENGTH;
  let start = lengths + parameterCount * 2;
  for (let i = 0; i < index; i++, lengths += 2) start += data.getUint16(lengths, true);
  return data.getUint16(lengths, true) < 8 ? -1 : integerAt(data, start);
}

/** A signed 64-bit integer; one of 32 bits, as nearly all are, without passing through a double. */
function integerAt(data: DataView, offset: number): number {
  const low = data.getInt32(offset, true);
  const high = data.getInt32(offset + 4, true);
  return high === low >> 31 ? low : high * TWO_POW_32 + (low >>> 0);
}

/** Where a parameter's bytes start; for one that the event doesn't have, somewhere within the event. */
export function startOf(view: EventView, index: number): number {
  return index < view.parameterCount ? parameterStart(view, index) : view.offset;
}

/** What stands for a text that the probe could not read. */
export const NOT_AVAILABLE = '<NA>';

/** A text; empty ones and the `(NULL)` of old captures read as not available. */
export function readText(view: EventView, index: number): string {
  return parameterLength(view, index) === 0 ? NOT_AVAILABLE : textOf(readString(view, index));
}

/** The text of a parameter that is not empty, as `readText` gives it. */
export function textOf(text: string): string {
  return text.length === 6 && text === '(NULL)' ? NOT_AVAILABLE : text;
}

/** NUL-separated texts; a lone NUL is none. */
export function readTexts(view: EventView, index: number): readonly string[] {
  const texts = readStrings(view, index);
  return texts.length === 1 && texts[0] === '' ? [] : texts;
}

/** Whether `readTexts` would give the very same texts, found out without making them; false also where that is unclear. */
export function holdsTexts(view: EventView, index: number, texts: readonly string[]): boolean {
  const { bytes } = view;
  const length = parameterLength(view, index);
  // A lone NUL is no text: reading tells.
  if (length === 1) return false;
  let at = startOf(view, index);
  const end = at + length;
  for (const text of texts) {
    if (at >= end || at + text.length > end) return false;
    for (let position = 0; position < text.length; position++, at++) {
      if (bytes[at] !== text.charCodeAt(position)) return false;
    }
    if (at < end && bytes[at++] !== 0) return false;
  }
  return at === end;
}

/** As readTexts, to be taken apart when somebody asks. */
export function textsAt(view: EventView, index: number): Texts {
  const start = parameterStart(view, index);
  return textsIn(view.bytes, view.data, start, start + parameterLength(view, index));
}

/** An unsigned 64-bit parameter as a bigint (allocates). */
export function readBig(view: EventView, index: number): bigint {
  return parameterLength(view, index) < 8 ? 0n : view.data.getBigUint64(parameterStart(view, index), true);
}
