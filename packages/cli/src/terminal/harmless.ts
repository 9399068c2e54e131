import { stripVTControlCharacters } from 'node:util';

/*
 * Outputs, names and labels come from whoever is watched, and messages quote files: none of it may steer the
 * terminal, or look like lines of our own.
 */

const REPLACEMENT = '\u{fffd}';

/** A text for one line: without escape sequences, every other control character replaced. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, REPLACEMENT);
}

/** A text that may have lines and tabs. */
export function harmlessLines(text: string): string {
  return stripVTControlCharacters(text).replace(/(?![\n\t])\p{Cc}/gu, REPLACEMENT);
}
