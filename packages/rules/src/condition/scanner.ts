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
  /** How many transformers the scanner is inside of. */
  transformers: number;
  readonly nesting: number;
  readonly readsHexadecimal: boolean;
  /** Gives equal texts as one. */
  readonly share: ShareText;
}

export interface ParseOptions {
  /** Gives equal texts in trees as one; none are shared unless given. */
  readonly share?: ShareText;
  /**
   * How deep productions of the grammar may be nested. Unless it is said a condition nests twice as deep as Falco's loader
   * of rules asks its parser for (which has no limit in Falco 0.44, and 100 where nobody asks, as its tests do): trees are
   * then at most 1,000 levels deep, which everything that goes through them is made for.
   */
  readonly nesting?: number;
  /** True to read `\xHH` in quotes, as texts of `conditionText` may hold it; Falco 0.44 refuses it. */
  readonly readsHexadecimal?: boolean;
}

const DEEPEST_NESTING = 2000;

/** Of equal texts the same one, so that what thousands of rules name is kept once. */
export type ShareText = (text: string) => string;

export function createScanner(text: string, index = 0, options: ParseOptions = {}): Scanner {
  const { share = itself, nesting = DEEPEST_NESTING, readsHexadecimal = false } = options;
  return {
    text,
    index,
    line: 1,
    column: 1 + index,
    token: '',
    tokenEnd: index,
    depth: 0,
    transformers: 0,
    nesting,
    readsHexadecimal,
    share,
  };
}

function itself(token: string): string {
  return token;
}

/** Places that were told lately: the trees of rules have them in common, as most rules begin alike and are short. */
const knownPlaces: (Position | undefined)[] = new Array(16_384).fill(undefined);

export function positionOf({ index, line, column }: Scanner): Position {
  const slot = (index + Math.imul(line, 509) + Math.imul(column, 31)) & (knownPlaces.length - 1);
  const known = knownPlaces[slot];
  if (known !== undefined && known.index === index && known.line === line && known.column === column) {
    return known;
  }
  const place = { index, line, column };
  knownPlaces[slot] = place;
  return place;
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

export function takeBlanks(scanner: Scanner): boolean {
  const { text } = scanner;
  const from = scanner.index;
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) {
      scanner.column = 1;
      scanner.line++;
    } else if (code === 0x20 || code === 0x09 || code === 0x08) {
      scanner.column++;
    } else {
      scanner.index = at;
      return at > from;
    }
  }
}

/** @param text holds no line breaks. */
export function takeText(scanner: Scanner, text: string): boolean {
  if (!scanner.text.startsWith(text, scanner.index)) return false;
  takeToken(scanner, text);
  return true;
}

/** Takes the first of `words` that the text goes on with, whatever follows it; undefined when none does. */
export function takeOneOf<Word extends string>(scanner: Scanner, words: readonly Word[]): Word | undefined {
  for (const word of words) if (takeText(scanner, word)) return word;
  return undefined;
}

/**
 * As takeOneOf, but words made of letters must be followed by a blank, which is taken too. The words `in`,
 * `intersects`, `pmatch` and `exists` are no such words.
 */
export function takeOneOfWithBlank<Word extends string>(
  scanner: Scanner,
  words: readonly Word[],
): Word | undefined {
  for (const word of words) {
    if (!scanner.text.startsWith(word, scanner.index)) continue;
    const saved = { ...scanner };
    takeToken(scanner, word);
    if (!startsWithLetter(word) || takeBlanks(scanner)) return word;
    restore(scanner, saved);
  }
  return undefined;
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
  if (!pattern.test(scanner.text)) return false;
  const token = scanner.text.slice(scanner.index, pattern.lastIndex);
  if (kind === 'not') takeLongToken(scanner, token);
  else takeToken(scanner, token);
  return true;
}

/** The byte string of a word just taken. */
export function tokenBytes({ token, share }: Scanner): string {
  return share(bytesFromText(token));
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
  takeLongToken(scanner, scanner.text.slice(scanner.index, closing + 1));
  const result = readEscapes(inner, quote, scanner.readsHexadecimal);
  if ('problem' in result) {
    const codes = {
      unknown: 'CONDITION_ESCAPE_UNKNOWN',
      'wrong-quote': 'CONDITION_ESCAPE_WRONG_QUOTE',
      hexadecimal: 'CONDITION_ESCAPE_HEXADECIMAL',
      'wrong-hexadecimal': 'CONDITION_ESCAPE_WRONG_HEXADECIMAL',
    } as const;
    fail(scanner, codes[result.problem], { text: result.escape, escape: result.escape });
  }
  scanner.token = inner;
  return scanner.share(result.value);
}

/** @param token holds no line breaks. */
function takeToken(scanner: Scanner, token: string): void {
  scanner.token = token;
  scanner.index += token.length;
  scanner.column += token.length;
  scanner.tokenEnd = scanner.index;
}

/** As takeToken, of one that may hold line breaks. */
function takeLongToken(scanner: Scanner, token: string): void {
  scanner.token = token;
  const end = scanner.index + token.length;
  for (; scanner.index < end; scanner.index++) {
    const code = scanner.text.charCodeAt(scanner.index);
    scanner.column++;
    if (code === 10 || code === 13) {
      scanner.column = 1;
      scanner.line++;
    }
  }
  scanner.tokenEnd = scanner.index;
}
