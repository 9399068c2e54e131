import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/* Reading of /proc: whatever is gone, or refused, by the time it is read is not there. Text is byte strings. */

/** The file's bytes; undefined where it can't be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** Where a link leads; empty where it can't be read (kernel threads have no program, for example). */
export function linkIfThere(path: string): string {
  try {
    return readlinkSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The numbers that name entries of a folder, in order. */
export function numbersIn(path: string): readonly number[] {
  try {
    return readdirSync(path)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((left, right) => left - right);
  } catch {
    return [];
  }
}

/** Texts with a NUL behind each. */
export function splitTexts(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}
