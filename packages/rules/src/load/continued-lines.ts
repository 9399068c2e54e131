/** A text with blanks put into it, which can tell where in the text before an offset was. */
export interface IndentedText {
  readonly text: string;
  toOriginal(offset: number): number;
}

/**
 * Indents the lines in which flow collections and quoted texts go on as deeply as YAML asks for. Falco's reader takes
 * them at any depth, and people do write the closing bracket of a long list in the first column.
 * @returns undefined where no line needs it, or where a bracket or quote is never closed.
 */
export function indentContinuedLines(text: string): IndentedText | undefined {
  const { gaps, unclosed } = scan(text);
  if (unclosed !== undefined || gaps.length === 0) return undefined;
  let indented = '';
  let from = 0;
  /** Where each gap begins in the indented text. */
  const starts: number[] = [];
  for (const { offset, width } of gaps) {
    indented += text.slice(from, offset);
    starts.push(indented.length);
    indented += ' '.repeat(width);
    from = offset;
  }
  return {
    text: indented + text.slice(from),
    toOriginal(offset) {
      const index = countBelow(starts, offset) - 1;
      if (index < 0) return offset;
      const gap = gaps[index]!;
      return gap.offset + Math.max(0, offset - starts[index]! - gap.width);
    },
  };
}

/** Where the first bracket or quote stands that is never closed; undefined where there is none. */
export function findUnclosed(text: string): number | undefined {
  return scan(text).unclosed;
}

/** How many of the ascending numbers are smaller. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Gap {
  readonly offset: number;
  readonly width: number;
}

const blockScalar = /[|>][-+\d]*[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
const key =
  /(?:"(?:[^"\\\n]|\\.)*"[ \t]*|'(?:[^'\n]|'')*'[ \t]*|[^\s#&*!|>'"%@`[\]{},-][^\n#]*?|-\S[^\n#]*?):(?=\s|$)/y;
const quoted = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^']|'')*'/y;
const properties = /[&!][^\s[\]{},]*[ \t]+/y;
const blanks = /[ \t]*/y;
const dash = /-(?=\s|$)/y;
const documentMark = /^(?:---|\.\.\.)(?=\s|$)/m;

function scan(text: string): { readonly gaps: readonly Gap[]; readonly unclosed?: number } {
  const gaps: Gap[] = [];
  let at = 0;
  /** The column of the block that what is read belongs to. */
  let parent = -1;
  let isValueAwaited = false;
  /** A comma in the first column Falco's reader does not take. */
  let hasLeadingComma = false;

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  function lineEnd(): number {
    const end = text.indexOf('\n', at);
    return end === -1 ? text.length : end;
  }

  function depthAt(offset: number): number {
    let end = offset;
    while (text[end] === ' ') end++;
    return end - offset;
  }

  function indent(lineStart: number): void {
    const depth = depthAt(lineStart);
    if (depth <= parent) gaps.push({ offset: lineStart, width: parent + 1 - depth });
  }

  /** Passes the lines of a scalar that are indented deeper than what it belongs to. */
  function skipDeeperLines(): void {
    while (at < text.length) {
      const content = at + depthAt(at);
      if (content - at <= parent && text[content] !== '\n' && content < text.length) return;
      at = Math.min(text.indexOf('\n', content) + 1 || text.length, text.length);
    }
  }

  /** Passes a quoted text. @returns whether it ends. */
  function passQuoted(): boolean {
    const start = at;
    const found = match(quoted);
    if (found === undefined || documentMark.test(found)) return false;
    for (let end = text.indexOf('\n', start); end !== -1 && end < at; end = text.indexOf('\n', end + 1)) {
      indent(end + 1);
    }
    return true;
  }

  /** Passes a flow collection. @returns whether it ends. */
  function passFlow(): boolean {
    let depth = 0;
    while (at < text.length) {
      const letter = text[at]!;
      if (letter === '#' && /[\s[\]{},"']/.test(text[at - 1]!)) at = lineEnd();
      else if ((letter === '"' || letter === "'") && /[\s[{,:]/.test(text[at - 1]!)) {
        if (!passQuoted()) return false;
      } else {
        at++;
        if (letter === '\n') {
          if (documentMark.test(text.slice(at, at + 4))) return false;
          if (text[at] === ',') hasLeadingComma = true;
          indent(at);
        }
        if (letter === '[' || letter === '{') depth++;
        if ((letter === ']' || letter === '}') && --depth === 0) return true;
      }
    }
    return false;
  }

  /** Passes the dashes and the key that a line begins with. */
  function passKeys(lineStart: number): void {
    for (;;) {
      const column = at - lineStart;
      const isDash = match(dash) !== undefined;
      if (!isDash && match(key) === undefined) return;
      parent = column;
      match(blanks);
      if (!isDash) return;
    }
  }

  while (at < text.length) {
    const lineStart = at;
    match(blanks);
    const first = at;
    passKeys(lineStart);
    while (match(properties) !== undefined) {
      // Anchors and tags say nothing of the value's shape.
    }
    const letter = text[at] ?? '\n';
    const isEmpty = /[\r\n#]/.test(letter);
    const isOpening = /["'[{]/.test(letter);
    if (isOpening && at === first && isValueAwaited && first - lineStart === parent) indent(lineStart);
    if (at > first || !isEmpty) isValueAwaited = isEmpty;
    if (match(blockScalar) !== undefined) skipDeeperLines();
    else if (isOpening) {
      const opening = at;
      const isWhole = letter === '[' || letter === '{' ? passFlow() : passQuoted();
      if (!isWhole) return { gaps, unclosed: opening };
      at = lineEnd() + 1;
    } else {
      at = lineEnd() + 1;
      if (!isEmpty) skipDeeperLines();
    }
  }
  return { gaps: hasLeadingComma ? [] : gaps };
}
