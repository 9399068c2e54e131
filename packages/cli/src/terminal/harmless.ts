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

/** A text for one line that may be coloured already: only the sequences that colour stay. */
export function harmlessButColors(text: string): string {
  return text
    .split(COLORS)
    .map((part, index) => (index % 2 === 1 ? part : harmless(part)))
    .join('');
}

/** What palettes write. */
const COLORS = /(\u001b\[[0-9;]*m)/;
