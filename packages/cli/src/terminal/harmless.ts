import { stripVTControlCharacters } from 'node:util';

/*
 * Outputs, names and labels come from whoever is watched, and messages quote files: none of it may steer the
 * terminal, or look like lines of our own.
 */

const REPLACEMENT = '\u{fffd}';

/** What steers: control characters, those that turn the direction of text round, so that it reads as another, and ends of lines. */
const STEERING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const STEERING_BUT_LINES = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** A text for one line: without escape sequences, everything else that steers replaced. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replace(STEERING, REPLACEMENT);
}

/** A text that may have lines and tabs. */
export function harmlessLines(text: string): string {
  return stripVTControlCharacters(text).replace(STEERING_BUT_LINES, REPLACEMENT);
}
