import { createTextPool } from '../condition/text-pool.ts';
import type { SourceFile } from './source.ts';
import type { YamlMapping, YamlNode, YamlScalar, YamlSequence } from './yaml.ts';

/**
 * Reads the YAML that rule files are written in, a small part of the language: block sequences and mappings with
 * plain keys, plain and quoted scalars, block scalars, flow sequences, comments. Ten times faster than a reader of
 * all YAML, which matters when thousands of rules are loaded.
 * @returns the file's only document exactly as `parseYaml` would give it, or undefined where the text holds
 * anything else (anchors, tags, flow mappings, tabs, errors ...): then the full reader decides.
 */
export function parsePlainYaml(file: SourceFile): YamlNode | undefined {
  // Carriage returns, tabs, other control characters and byte order marks; document markers and directives.
  if (
    /[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\ud800-\udfff]|^(?:---|\.\.\.|%)/m.test(file.text)
  ) {
    return undefined;
  }
  try {
    const reader = createReader(file);
    const node = reader.readBlock(-1);
    return reader.isAtEnd() ? node : undefined;
  } catch (error) {
    // Nesting beyond the stack is the full reader's to name as well.
    if (error === unusual || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Thrown where the text is not of the plain kind. */
const unusual = Symbol('unusual');

const keyPattern = /[A-Za-z_][\w.-]*(?=:(?: |\n|$))/y;
const doubleQuoted = /"(?:[^"\\\n]|\\["\\/nt])*"/y;
const singleQuoted = /'(?:[^'\n]|'')*'/y;
const afterValue = / *(?: #[^\n]*)?(?=\n|$)/y;
const blockHeader = /([|>])([+-]?) *(?: #[^\n]*)?(?:\n|$)/y;
const nulls: ReadonlySet<string> = new Set(['~', 'null', 'Null', 'NULL']);
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

interface Reader {
  /** Reads the sequence or mapping that is indented deeper than `parent`. */
  readBlock(parent: number): YamlNode;
  isAtEnd(): boolean;
}

function createReader(file: SourceFile): Reader {
  const { text } = file;
  /** Items have their keys in common. */
  const share = createTextPool();
  let at = 0;

  function match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at += found[0].length;
    return found;
  }

  /** Goes to the first character of the next line with content. @returns its column, -1 at the end. */
  function skipToContent(): number {
    for (;;) {
      let start = at;
      while (text.charCodeAt(start) === 0x20) start++;
      const code = text.charCodeAt(start);
      if (start >= text.length) {
        at = text.length;
        return -1;
      }
      if (code !== 0x0a && code !== 0x23) {
        const column = start - at;
        at = start;
        return column;
      }
      const end = text.indexOf('\n', start);
      at = end === -1 ? text.length : end + 1;
    }
  }

  /** From anywhere in a line: the column there. */
  function columnAt(offset: number): number {
    return offset - (text.lastIndexOf('\n', offset - 1) + 1);
  }

  function readBlock(parent: number): YamlNode {
    const column = skipToContent();
    if (column <= parent) throw unusual;
    return isDash() ? readSequence(column) : readMapping(column);
  }

  function isDash(): boolean {
    if (text.charCodeAt(at) !== 0x2d) return false;
    const next = text[at + 1];
    return next === ' ' || next === '\n' || next === undefined;
  }

  /** Reads the items at `column`; the position is on the first dash. */
  function readSequence(column: number): YamlSequence {
    const start = at;
    const items: YamlNode[] = [];
    do {
      at += 1;
      items.push(readItem(column));
    } while (goesOnAt(column, true));
    refuseBetween(column);
    return { kind: 'sequence', start, items };
  }

  /** Goes on to the next content where it stands in that column, with or without a dash; else stays before it. */
  function goesOnAt(column: number, withDash: boolean): boolean {
    const before = at;
    if (skipToContent() === column && isDash() === withDash) return true;
    at = before;
    return false;
  }

  /** What follows a block must be indented as one of the blocks around it: the callers see to that by equality. */
  function refuseBetween(column: number): void {
    const before = at;
    if (skipToContent() > column) throw unusual;
    at = before;
  }

  function readItem(column: number): YamlNode {
    while (text.charCodeAt(at) === 0x20) at++;
    if (isDash()) return readSequence(columnAt(at));
    if (text[at] === '\n' || text[at] === '#' || at >= text.length) throw unusual;
    return isKey() ? readMapping(columnAt(at)) : readInline(column);
  }

  function isKey(): boolean {
    keyPattern.lastIndex = at;
    return keyPattern.test(text);
  }

  /** Reads the entries at `column`; the position is on the first key. */
  function readMapping(column: number): YamlMapping {
    const start = at;
    const entries: { key: YamlNode; value: YamlNode }[] = [];
    do {
      const key = readKey();
      const value = readValue(column);
      entries.push({ key, value });
    } while (goesOnAt(column, false));
    refuseBetween(column);
    return { kind: 'mapping', start, entries };
  }

  function readKey(): YamlScalar {
    const start = at;
    const found = match(keyPattern);
    if (found === undefined || nulls.has(found[0])) throw unusual;
    const key = scalar(share(found[0]), start, at);
    at += 1;
    return key;
  }

  function readValue(column: number): YamlNode {
    while (text.charCodeAt(at) === 0x20) at++;
    if (text[at] !== '\n' && at < text.length && !(text[at] === '#' && text[at - 1] === ' '))
      return readInline(column);
    const next = skipToContent();
    if (next === column && isDash()) return readSequence(column);
    if (next <= column) throw unusual;
    if (isDash()) return readSequence(next);
    return isKey() ? readMapping(next) : readInline(column);
  }

  /** Reads a value that begins on the line of its key or dash; `column` is that of the block around it. */
  function readInline(column: number): YamlNode {
    switch (text[at]) {
      case '|':
      case '>':
        return readBlockScalar(column);
      case '"':
      case "'": {
        const node = readQuoted();
        endValue();
        return node;
      }
      case '[': {
        const node = readFlowSequence(column);
        endValue();
        return node;
      }
      default:
        return readPlain(column);
    }
  }

  function endValue(): void {
    if (match(afterValue) === undefined) throw unusual;
    if (at < text.length) at += 1;
  }

  function readQuoted(): YamlScalar {
    const start = at;
    const isDouble = text[at] === '"';
    const found = match(isDouble ? doubleQuoted : singleQuoted);
    if (found === undefined) throw unusual;
    const inside = found[0].slice(1, -1);
    const value = isDouble
      ? inside.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)
      : inside.replaceAll("''", "'");
    return scalar(value, start, at);
  }

  /** A plain scalar, which may go on in lines that are indented deeper than `column`. */
  function readPlain(column: number): YamlNode {
    const start = at;
    if (/[-?:,[\]{}#&*!|>'"%@`]/.test(text[at]) && !/[-?:][^ \n]/.test(text.slice(at, at + 2))) throw unusual;
    let end = at;
    let value = '';
    let breaks = 0;
    for (;;) {
      const lineEnd = lineEndFrom(at);
      const line = text.slice(at, lineEnd);
      const comment = line.search(/(?:^| )#/);
      const content = (comment === -1 ? line : line.slice(0, comment)).trimEnd();
      if (/:(?: |$)/.test(content) || content === '') throw unusual;
      value += breaks === 0 ? content : breaks === 1 ? ` ${content}` : `${'\n'.repeat(breaks - 1)}${content}`;
      end = at + content.length;
      at = Math.min(lineEnd + 1, text.length);
      if (comment !== -1) break;
      breaks = 1 + skipEmptyLines();
      const next = indentAt(at);
      if (next <= column || at >= text.length) break;
      at += next;
      if (text[at] === '#') throw unusual;
    }
    if (nulls.has(value)) return { kind: 'null', start };
    return scalar(value, start, end);
  }

  function lineEndFrom(offset: number): number {
    const end = text.indexOf('\n', offset);
    return end === -1 ? text.length : end;
  }

  /** @returns how many lines of nothing but blanks were passed. */
  function skipEmptyLines(): number {
    let count = 0;
    for (;;) {
      const content = at + indentAt(at);
      if (text[content] !== '\n') return count;
      at = content + 1;
      count += 1;
    }
  }

  function indentAt(offset: number): number {
    let end = offset;
    while (text.charCodeAt(end) === 0x20) end++;
    return end - offset;
  }

  function readBlockScalar(column: number): YamlScalar {
    const start = at;
    const header = match(blockHeader);
    if (header === undefined) throw unusual;
    const [, style, chomping] = header;
    const lines: string[] = [];
    let indent = -1;
    let end = at;
    while (at < text.length) {
      const lineEnd = lineEndFrom(at);
      const depth = indentAt(at);
      const isEmpty = at + depth === lineEnd;
      if (isEmpty && indent !== -1 && depth > indent) throw unusual;
      if (isEmpty && indent === -1 && depth > 0) throw unusual;
      if (!isEmpty) {
        if (indent === -1) {
          if (depth <= column) break;
          indent = depth;
        } else if (depth < indent) break;
      }
      lines.push(isEmpty ? '' : text.slice(at + indent, lineEnd));
      at = Math.min(lineEnd + 1, text.length);
      if (!isEmpty || chomping === '+') end = at;
    }
    if (indent === -1 || !text.endsWith('\n')) throw unusual;
    return scalar(joinLines(lines, style, chomping), start, end);
  }

  function readFlowSequence(column: number): YamlSequence {
    const start = at;
    const items: YamlNode[] = [];
    at += 1;
    for (;;) {
      skipInFlow(column);
      if (text[at] === ']') break;
      items.push(readFlowItem(column));
      skipInFlow(column);
      if (text[at] === ',') at += 1;
      else if (text[at] !== ']') throw unusual;
    }
    at += 1;
    return { kind: 'sequence', start, items };
  }

  /** Passes blanks, line ends and comments between the items of a flow sequence. */
  function skipInFlow(column: number): void {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x20) at += 1;
      else if (code === 0x0a) {
        at += 1;
        const depth = indentAt(at);
        const first = text[at + depth];
        // All but a closing bracket must be indented deeper than what is around it.
        if (first !== '\n' && first !== ']' && depth <= column) throw unusual;
      } else if (code === 0x23) {
        if (!/[ \n]/.test(text[at - 1])) throw unusual;
        at = lineEndFrom(at);
      } else if (at >= text.length) throw unusual;
      else return;
    }
  }

  function readFlowItem(column: number): YamlNode {
    if (text[at] === '[') return readFlowSequence(column);
    if (text[at] === '"' || text[at] === "'") {
      const node = readQuoted();
      if (text[at] === ':') throw unusual;
      return node;
    }
    const start = at;
    const found = match(/[^,[\]{}\n#]+/y);
    if (found === undefined) throw unusual;
    const content = found[0].trimEnd();
    at = start + content.length;
    const isSpecial = /^(?:[?:-](?![^ ,[\]{}])|[&*!|>%@`])/.test(content) || /:(?: |$)/.test(content);
    // A plain item that goes on in the next line, or up to something that ends it in an unusual way.
    if (isSpecial || !/[ \n,\]]/.test(text[at] ?? '') || goesOn()) throw unusual;
    if (nulls.has(content)) return { kind: 'null', start };
    return scalar(content, start, at);
  }

  /** Whether anything but an end of the item follows it. */
  function goesOn(): boolean {
    const rest = /(?: *(?: #[^\n]*)?\n)* *([^ ])/y;
    rest.lastIndex = at;
    const next = rest.exec(text)?.[1];
    return next !== ',' && next !== ']' && next !== '#';
  }

  function scalar(value: string, start: number, end: number): YamlScalar {
    return { kind: 'scalar', start, end, value };
  }

  return {
    readBlock,
    isAtEnd: () => skipToContent() === -1,
  };
}

/** A block scalar's value from its lines, indentation removed (YAML 1.2.2, sections 8.1.1.2 and 8.1.3). */
function joinLines(lines: readonly string[], style: string, chomping: string): string {
  let last = lines.length;
  while (last > 0 && lines[last - 1] === '') last--;
  const content = lines.slice(0, last);
  const trailing = lines.length - last;
  let value = '';
  content.forEach((line, index) => {
    if (index === 0) value = line;
    else if (style === '|') value += `\n${line}`;
    else value += foldedBreak(content, index) + line;
  });
  if (chomping === '-') return value;
  return `${value}\n${chomping === '+' ? '\n'.repeat(trailing) : ''}`;
}

/** What stands for the line break before the line at `index` of a folded scalar. */
function foldedBreak(lines: readonly string[], index: number): string {
  const line = lines[index];
  if (line === '') return '';
  let previous = index - 1;
  while (previous >= 0 && lines[previous] === '') previous--;
  const empty = index - 1 - previous;
  const isKept = previous < 0 || line.startsWith(' ') || lines[previous].startsWith(' ');
  if (isKept) return '\n'.repeat(empty + 1);
  return empty === 0 ? ' ' : '\n'.repeat(empty);
}
