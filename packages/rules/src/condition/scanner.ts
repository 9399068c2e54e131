import { bytesFromText } from '../value/bytes.ts';
import { type ConditionErrorCode, conditionError } from './errors.ts';
import { readEscapes } from './escape.ts';
import type { Position } from './tree.ts';

/** Where the parser stands in the text. Only the functions of this file move it. */
export interface Scanner {
  readonly text: string;
  index: number;
  line: number;
  column: number;
  /** The last token that was taken, as messages show it. */
  token: string;
  /** Offset just after the last token; blanks don't count. */
  tokenEnd: number;
  depth: number;
}

export function createScanner(text: string, index = 0): Scanner {
  return { text, index, line: 1, column: 1 + index, token: '', tokenEnd: index, depth: 0 };
}

export function positionOf(scanner: Scanner): Position {
  return { index: scanner.index, line: scanner.line, column: scanner.column };
}

/** Puts the scanner back to where `saved` (a copy of it) was. */
export function restore(scanner: Scanner, saved: Readonly<Scanner>): void {
  Object.assign(scanner, saved);
}

export function isAtEnd(scanner: Scanner): boolean {
  return scanner.index === scanner.text.length;
}

/** Throws the error of that code at the scanner's place. */
export function fail(
  scanner: Scanner,
  code: ConditionErrorCode,
  details?: Readonly<Record<string, unknown>>,
): never {
  throw conditionError(code, scanner.text, positionOf(scanner), details);
}

const blanks = /[ \t\b\r\n]+/y;

export function takeBlanks(scanner: Scanner): boolean {
  blanks.lastIndex = scanner.index;
  const found = blanks.exec(scanner.text);
  if (found === null) return false;
  advance(scanner, found[0].length);
  return true;
}

export function takeText(scanner: Scanner, text: string): boolean {
  if (!scanner.text.startsWith(text, scanner.index)) return false;
  takeToken(scanner, text);
  return true;
}

/** Takes the first of `words` that the text goes on with, whatever follows it; undefined when none does. */
export function takeOneOf<Word extends string>(scanner: Scanner, words: readonly Word[]): Word | undefined {
  return words.find((word) => takeText(scanner, word));
}

/**
 * As takeOneOf, but words made of letters must be followed by a blank, which is taken too. The words `in`,
 * `intersects`, `pmatch` and `exists` are no such words.
 */
export function takeOneOfWithBlank<Word extends string>(
  scanner: Scanner,
  words: readonly Word[],
): Word | undefined {
  return words.find((word) => {
    const saved = { ...scanner };
    if (!takeText(scanner, word)) return false;
    if (!startsWithLetter(word) || takeBlanks(scanner)) return true;
    restore(scanner, saved);
    return false;
  });
}

export function startsWithLetter(word: string): boolean {
  return /^[a-z]/i.test(word);
}

const patterns = {
  not: /not[ \t\n\v\f\r]+/y,
  identifier: /[a-zA-Z][a-zA-Z0-9_]*/y,
  fieldName: /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y,
  bareArgument: /[^\][" '\t\n\v\f\r]+/y,
  hexNumber: /0[xX][0-9a-fA-F]+/y,
  number: /[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y,
  bareString: /[^()"' \t\n\v\f\r=,]+/y,
};

/** Takes the longest text of that kind at the scanner's place; it is then `scanner.token`. */
export function takePattern(scanner: Scanner, kind: keyof typeof patterns): boolean {
  const pattern = patterns[kind];
  pattern.lastIndex = scanner.index;
  const found = pattern.exec(scanner.text);
  if (found === null) return false;
  takeToken(scanner, found[0]);
  return true;
}

/** The byte string of a word just taken. */
export function tokenBytes(scanner: Scanner): string {
  return bytesFromText(scanner.token);
}

/**
 * Takes a quoted string: up to the next quote of its kind that no backslash precedes (not even an escaped one).
 * @returns its value as a byte string; undefined when no complete quoted string stands here.
 * @throws when it holds a wrong escape; the scanner then stands behind the closing quote.
 */
export function takeQuoted(scanner: Scanner): string | undefined {
  const quote = scanner.text[scanner.index];
  if (quote !== '"' && quote !== "'") return undefined;
  const from = scanner.index + 1;
  let closing = scanner.text.indexOf(quote, from);
  while (closing !== -1 && scanner.text[closing - 1] === '\\')
    closing = scanner.text.indexOf(quote, closing + 1);
  if (closing === -1) return undefined;
  const inner = scanner.text.slice(from, closing);
  takeToken(scanner, scanner.text.slice(scanner.index, closing + 1));
  const result = readEscapes(inner, quote);
  if ('problem' in result) {
    const codes = {
      unknown: 'CONDITION_ESCAPE_UNKNOWN',
      'wrong-quote': 'CONDITION_ESCAPE_WRONG_QUOTE',
      'wrong-hex': 'CONDITION_ESCAPE_WRONG_HEX',
    } as const;
    fail(scanner, codes[result.problem], { text: result.escape, escape: result.escape });
  }
  scanner.token = inner;
  return result.value;
}

function takeToken(scanner: Scanner, token: string): void {
  scanner.token = token;
  advance(scanner, token.length);
  scanner.tokenEnd = scanner.index;
}

function advance(scanner: Scanner, length: number): void {
  const end = scanner.index + length;
  for (; scanner.index < end; scanner.index++) {
    const code = scanner.text.charCodeAt(scanner.index);
    scanner.column++;
    if (code === 10 || code === 13) {
      scanner.column = 1;
      scanner.line++;
    }
  }
}
