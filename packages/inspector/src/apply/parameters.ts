import {
  type EventView,
  int64NumberAt,
  parameterLength,
  parameterStart,
  readString,
  readStrings,
} from '@seawall/events';

/* Reading parameters as libsinsp's parsers do. */

/** The result of a system call: 4 or 8 bytes, the first parameter of an exit event. */
export function resultOf(view: EventView): number {
  const length = parameterLength(view, 0);
  if (length === 8) return int64NumberAt(view.data, parameterStart(view, 0));
  return length === 4 ? view.data.getInt32(parameterStart(view, 0), true) : 0;
}

/** What stands for a text that the probe could not read. */
export const NOT_AVAILABLE = '<NA>';

/** A text; empty ones and the `(NULL)` of old captures read as not available. */
export function readText(view: EventView, index: number): string {
  const text = readString(view, index);
  return text === '' && parameterLength(view, index) === 0
    ? NOT_AVAILABLE
    : text === '(NULL)'
      ? NOT_AVAILABLE
      : text;
}

/** NUL-separated texts; a lone NUL is none. */
export function readTexts(view: EventView, index: number): readonly string[] {
  const texts = readStrings(view, index);
  return texts.length === 1 && texts[0] === '' ? [] : texts;
}

/** An unsigned 64-bit parameter as a bigint (allocates). */
export function readBig(view: EventView, index: number): bigint {
  return parameterLength(view, index) < 8 ? 0n : view.data.getBigUint64(parameterStart(view, index), true);
}
