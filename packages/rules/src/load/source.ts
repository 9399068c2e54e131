import { createPrefixCounts, type PrefixCounts } from './prefix-counts.ts';

/** A rule file as it was read: messages tell places in it. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** The position among the files that are loaded together: places hold it. */
  readonly index: number;
}

/** A position as Falco counts it: bytes, lines and columns from 0. */
export interface Mark {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A position as people count it: lines and columns from 1, columns in characters. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters the marker underlines. */
  readonly length: number;
  /** The line itself, without its end. */
  readonly sourceLine: string;
}

/** @param name what messages call the file; @param text its content; @param index its number in the load. */
export function createSourceFile(name: string, text: string, index: number): SourceFile {
  return { name, text, index };
}

/** What turns offsets in a file into lines and columns. */
interface Lines {
  /** Where each line begins, in UTF-16 units. */
  readonly starts: Uint32Array;
  /** Bytes of UTF-8, and characters, before an offset; undefined where both are the offset itself. */
  readonly bytes: PrefixCounts | undefined;
  readonly characters: PrefixCounts | undefined;
}

const linesOfFiles = new WeakMap<SourceFile, Lines>();

/** Worked out when a file is first asked about: most are loaded without a message. */
function linesOf(file: SourceFile): Lines {
  let lines = linesOfFiles.get(file);
  if (lines === undefined) {
    lines = findLines(file.text);
    linesOfFiles.set(file, lines);
  }
  return lines;
}

function findLines(text: string): Lines {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const isPlain = countBytes(text) === text.length;
  const count = (
    countBetween: (text: string, from: number, to: number) => number,
  ): PrefixCounts | undefined =>
    isPlain ? undefined : createPrefixCounts(text.length, (from, to) => countBetween(text, from, to));
  return { starts: Uint32Array.from(starts), bytes: count(countBytes), characters: count(countCharacters) };
}

/** The mark of an offset in UTF-16 units; past the end counts as the end. */
export function markAt(file: SourceFile, offset: number): Mark {
  const at = Math.min(offset, file.text.length);
  const { starts, bytes } = linesOf(file);
  const line = lineOf(starts, at);
  const start = starts[line]!;
  if (bytes === undefined) return { offset: at, line, column: at - start };
  const before = bytes.before(at);
  return { offset: before, line, column: before - bytes.before(start) };
}

/** @param length how many UTF-16 units to underline; cut at the end of the line. */
export function sourcePlaceAt(file: SourceFile, offset: number, length = 1): SourcePlace {
  const at = Math.min(offset, file.text.length);
  const { starts, characters } = linesOf(file);
  const line = lineOf(starts, at);
  const start = starts[line]!;
  const next = starts[line + 1];
  const sourceLine = file.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '');
  const column = at - start;
  const shown = Math.min(column, sourceLine.length);
  return {
    file: file.name,
    line: line + 1,
    column:
      characters === undefined ? shown + 1 : characters.before(start + shown) - characters.before(start) + 1,
    length: Math.max(1, Math.min(length, sourceLine.length - column)),
    sourceLine,
  };
}

/** How many bytes of UTF-8 the text between two offsets takes. */
export function countBytes(text: string, from = 0, to = text.length): number {
  let bytes = to - from;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // Each half of a surrogate pair is one unit of two that make four bytes.
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** How many characters begin between two offsets. */
function countCharacters(text: string, from: number, to: number): number {
  let characters = to - from;
  for (let i = Math.max(1, from); i < to; i++) {
    if (isLowHalf(text.charCodeAt(i)) && isHighHalf(text.charCodeAt(i - 1))) characters--;
  }
  return characters;
}

function isHighHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowHalf(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function lineOf(starts: Uint32Array, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
