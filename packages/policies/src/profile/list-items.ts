import { bytesFromText, quoteExactly, readEscapes, textFromBytes } from '@seawall/rules';

/** The kernel keeps so many bytes of a process's name (TASK_COMM_LEN, without the NUL at its end). */
const COMM_BYTES = 15;

/** @returns what the kernel keeps of a name, as a byte string; undefined when that is all of it. */
export function cutName(name: string): string | undefined {
  const bytes = bytesFromText(name);
  return bytes.length > COMM_BYTES ? bytes.slice(0, COMM_BYTES) : undefined;
}

/** Whether a rule file can hold a value (a byte string): what the kernel keeps of a name may end in half a letter. */
export function fitsList(value: string): boolean {
  return bytesFromText(textFromBytes(value)) === value;
}

/**
 * A value as an item of a Falco list: items are put into conditions as they stand, so what wouldn't be read there as
 * one word has quotes of the condition's own.
 * @param value a byte string that fits.
 */
export function listItem(value: string): string {
  const text = textFromBytes(value);
  const isWord = /^[^\s()"'=,\\\p{C}0-9+-][^\s()"'=,\\\p{C}]*$/u.test(text);
  return isWord ? text : quoteExactly(value);
}

/** The value that an item of a Falco list stands for, as a byte string; undefined when its quotes are wrong. */
export function listItemValue(item: string): string | undefined {
  const quote = item[0];
  if (quote !== '"' && quote !== "'") return bytesFromText(item);
  if (item.length < 2 || !item.endsWith(quote)) return undefined;
  const read = readEscapes(item.slice(1, -1), quote);
  return 'value' in read ? read.value : undefined;
}
