/** A rule file as it was read: messages tell places in it. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** Where each line begins, in UTF-16 units. */
  readonly lineStarts: readonly number[];
  /** Where each line begins in the file's bytes. */
  readonly lineStartBytes: readonly number[];
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
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const lineStartBytes: number[] = [];
  let bytes = 0;
  let from = 0;
  for (const start of lineStarts) {
    bytes += countBytes(text, from, start);
    lineStartBytes.push(bytes);
    from = start;
  }
  return { name, text, lineStarts, lineStartBytes, index };
}

/** The mark of an offset in UTF-16 units; past the end counts as the end. */
export function markAt(file: SourceFile, offset: number): Mark {
  const at = Math.min(offset, file.text.length);
  const line = lineOf(file, at);
  const start = file.lineStarts[line]!;
  // A list of thousands of items may stand on one line: counting its bytes anew for each would take minutes.
  const column = isPlainLine(file, line) ? at - start : countBytes(file.text, start, at);
  return { offset: file.lineStartBytes[line]! + column, line, column };
}

/** Whether each character of a line is one byte. */
function isPlainLine({ lineStarts, lineStartBytes }: SourceFile, line: number): boolean {
  const next = line + 1;
  return lineStarts[next]! - lineStarts[line]! === lineStartBytes[next]! - lineStartBytes[line]!;
}

/** @param length how many UTF-16 units to underline; cut at the end of the line. */
export function sourcePlaceAt(file: SourceFile, offset: number, length = 1): SourcePlace {
  const at = Math.min(offset, file.text.length);
  const line = lineOf(file, at);
  const start = file.lineStarts[line]!;
  const next = file.lineStarts[line + 1];
  const sourceLine = file.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '');
  const column = at - start;
  return {
    file: file.name,
    line: line + 1,
    column: [...sourceLine.slice(0, column)].length + 1,
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

function lineOf(file: SourceFile, offset: number): number {
  let low = 0;
  let high = file.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (file.lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
