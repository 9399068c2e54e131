import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import { type IndentedText, indentContinuedLines } from './continued-lines.ts';
import { excerptOf } from './excerpt.ts';
import { parsePlainYaml } from './plain-yaml.ts';
import type { SourceFile } from './source.ts';
import { placeIn, type TracedText, traceText } from './traced-text.ts';

/**
 * A YAML node as rule files need it: every scalar is the text that was written (the reader of a key decides what
 * it means), nothing is null but what YAML calls null, keys may repeat (the first one counts, as in Falco).
 */
export type YamlNode = YamlScalar | YamlNull | YamlSequence | YamlMapping;

interface Marked {
  /** Where the node begins in the file, in UTF-16 units. */
  readonly start: number;
}

export interface YamlScalar extends Marked {
  readonly kind: 'scalar';
  readonly value: string;
  readonly end: number;
}

export interface YamlNull extends Marked {
  readonly kind: 'null';
}

export interface YamlSequence extends Marked {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
}

export interface YamlMapping extends Marked {
  readonly kind: 'mapping';
  readonly entries: readonly { readonly key: YamlNode; readonly value: YamlNode }[];
}

/** Why a text is no YAML. */
export interface YamlProblem {
  readonly message: string;
  /** In UTF-16 units. */
  readonly offset: number;
  /** The `yaml` library's code, or our own for what it lets through. */
  readonly code: string;
}

/** The code of a key that is a sequence or a mapping. */
export const COMPLEX_KEY = 'COMPLEX_KEY';

// YAML wants a blank before a comment. Falco's reader does not, and the library reads on all the same.
const commentTooNear = 'Comments must be separated from other tokens';

// A rule file with more nodes than this was made to exhaust memory: aliases of aliases of aliases.
const largestWeight = 2_000_000;

/** How often a file may go on further to the left: each time the rest of it is read anew. */
const mostSteps = 16;

/** All documents of a file in order, or the first thing that makes it no YAML. Never throws. */
export function parseYaml(file: SourceFile): readonly YamlNode[] | YamlProblem {
  const plain = parsePlainYaml(file);
  return plain === undefined ? parseFullYaml(file) : [plain];
}

/** As parseYaml, by the library that reads all of YAML. */
export function parseFullYaml(file: SourceFile): readonly YamlNode[] | YamlProblem {
  const nodes = readDocuments(file, { text: file.text, toOriginal: (offset) => offset });
  if (!isYamlProblem(nodes)) return nodes;
  const indented = indentContinuedLines(file.text);
  if (indented === undefined) return nodes;
  const again = readDocuments(file, indented);
  return isYamlProblem(again) ? nodes : again;
}

function readDocuments(
  file: SourceFile,
  { text, toOriginal }: IndentedText,
  steps = mostSteps,
): readonly YamlNode[] | YamlProblem {
  let documents: readonly Document[];
  const lineCounter = new LineCounter();
  try {
    documents = [
      ...parseAllDocuments(text, {
        schema: 'failsafe',
        merge: false,
        uniqueKeys: false,
        // Falco's reader looks at no tags: what stands behind `!!binary` is text as it was written.
        resolveKnownTags: false,
        prettyErrors: false,
        lineCounter,
      }),
    ] as Document[];
  } catch (error) {
    // Deep nesting exhausts the stack of the library's parser.
    const message = error instanceof RangeError ? 'nested too deeply' : `not YAML: ${String(error)}`;
    return { message, offset: 0, code: 'TOO_DEEP' };
  }
  const nodes: YamlNode[] = [];
  for (const document of documents) {
    const error = document.errors.find(({ message }) => !message.startsWith(commentTooNear));
    if (error !== undefined) {
      const next = steps === 0 ? undefined : findStepBack(text, document, error);
      return next === undefined
        ? { message: excerptOf(error.message), offset: toOriginal(error.pos[0]), code: error.code }
        : readInTwo(file, { text, toOriginal }, next, steps);
    }
    const converted = convertDocument(document, file, toOriginal);
    if ('code' in converted) return converted;
    nodes.push(converted);
  }
  return nodes;
}

/**
 * Falco's reader begins a new document wherever the one at hand has ended, without `---` as well: so does a sequence that goes
 * on further to the left than it began.
 * @returns where the line of that item begins; undefined where the error is about something else.
 */
function findStepBack(
  text: string,
  { contents }: Document,
  { message, pos: [offset] }: Document['errors'][number],
): number | undefined {
  if (!message.startsWith('Unexpected seq-item-ind at node end') || !isSeq(contents)) return undefined;
  const begin = contents.range?.[0] ?? 0;
  const line = lineStart(text, offset);
  const isFurtherLeft = offset - line < begin - lineStart(text, begin);
  return isFurtherLeft && text.slice(line, offset).trim() === '' ? line : undefined;
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function readInTwo(
  file: SourceFile,
  { text, toOriginal }: IndentedText,
  next: number,
  steps: number,
): readonly YamlNode[] | YamlProblem {
  const before = readDocuments(file, { text: text.slice(0, next), toOriginal }, 0);
  if (isYamlProblem(before)) return before;
  const rest = { text: text.slice(next), toOriginal: (offset: number) => toOriginal(next + offset) };
  const after = readDocuments(file, rest, steps - 1);
  return isYamlProblem(after) ? after : [...before, ...after];
}

export function isYamlProblem(result: readonly YamlNode[] | YamlProblem): result is YamlProblem {
  return 'code' in result;
}

/** The value of the first key of that name; undefined when the node is no mapping or has no such key. */
export function getValue(node: YamlNode, key: string): YamlNode | undefined {
  if (node.kind !== 'mapping') return undefined;
  for (const entry of node.entries) {
    if (entry.key.kind === 'scalar' && entry.key.value === key) return entry.value;
  }
  return undefined;
}

// Between two characters of a value stand at most a line break and an indentation, or an escape.
const widestGap = 500;

/** The scalar's value, which can tell the place of each character in the file. */
export function traceScalar(scalar: YamlScalar, file: SourceFile): TracedText {
  return traceText(scalar.value, () => findPlaces(scalar, file));
}

function findPlaces(scalar: YamlScalar, file: SourceFile): number[] {
  const places: number[] = [];
  let at = firstCharacter(scalar, file);
  for (const character of scalar.value.split('')) {
    const isBlank = character === ' ' || character === '\n';
    if (!isBlank) {
      const skipped = file.text.slice(at, Math.min(at + widestGap, scalar.end)).indexOf(character);
      if (skipped > 0) at += skipped;
    }
    places.push(placeIn(file, Math.min(at, scalar.end)));
    at++;
  }
  return places;
}

/** Skips the header of a block scalar: its letters could be taken for the value's. */
function firstCharacter(scalar: YamlScalar, file: SourceFile): number {
  const first = file.text[scalar.start];
  if (first !== '>' && first !== '|') return scalar.start;
  const lineEnd = file.text.indexOf('\n', scalar.start);
  return lineEnd === -1 ? scalar.start : lineEnd + 1;
}

interface Conversion {
  readonly file: SourceFile;
  /** From the text that the library read, which may have blanks put in. */
  readonly toOriginal: (offset: number) => number;
  readonly anchors: Map<string, YamlNode | 'open'>;
  /** How many nodes a sequence or mapping stands for, with aliases written out. */
  readonly weights: Map<YamlNode, number>;
}

function convertDocument(
  document: Document,
  file: SourceFile,
  toOriginal: (offset: number) => number,
): YamlNode | YamlProblem {
  const conversion: Conversion = { file, toOriginal, anchors: new Map(), weights: new Map() };
  try {
    return convert(document.contents, conversion, 0);
  } catch (error) {
    if (error instanceof RangeError) return { message: 'nested too deeply', offset: 0, code: 'TOO_DEEP' };
    const problem = (error as { problem?: YamlProblem }).problem;
    if (problem === undefined) throw error;
    return { ...problem, offset: toOriginal(problem.offset) };
  }
}

function convert(node: unknown, conversion: Conversion, fallback: number): YamlNode {
  const { anchors } = conversion;
  if (isAlias(node)) {
    const target = anchors.get(node.source);
    if (target === undefined) throw problem('BAD_ALIAS', `no anchor &${node.source} before this`, node);
    if (target === 'open')
      throw problem('BAD_ALIAS', `*${node.source} stands inside &${node.source} itself`, node);
    return target;
  }
  const anchor = (node as { anchor?: string } | null)?.anchor;
  if (anchor !== undefined) anchors.set(anchor, 'open');
  const begin = (node as { range?: readonly number[] } | null)?.range?.[0];
  const start = begin === undefined ? fallback : conversion.toOriginal(begin);
  const converted = convertContent(node, conversion, start);
  if (weightOf(converted, conversion) > largestWeight) {
    throw problem('TOO_LARGE', 'aliases make this too large', node as { range?: readonly number[] });
  }
  if (anchor !== undefined) anchors.set(anchor, converted);
  return converted;
}

function convertContent(node: unknown, conversion: Conversion, start: number): YamlNode {
  if (isMap(node)) {
    refuseSecondColon(node, conversion);
    const entries = node.items.map((pair) => ({
      key: convertKey(pair.key, conversion, start),
      value: convert(pair.value, conversion, endOf(pair.key, conversion) ?? start),
    }));
    return weigh({ kind: 'mapping', start, entries }, conversion);
  }
  if (isSeq(node)) {
    const items = node.items.map((item) =>
      isPair(item) ? convertPair(item.key, item.value, conversion, start) : convert(item, conversion, start),
    );
    return weigh({ kind: 'sequence', start, items }, conversion);
  }
  if (isScalar(node) && !isNullScalar(node)) {
    const end = endOf(node, conversion) ?? start;
    return { kind: 'scalar', start, end, value: String(node.value) };
  }
  // Falco's reader gives an absent value the place of what comes next.
  const next = isScalar(node) && node.source !== '' ? start : skipBlank(conversion.file.text, start);
  return { kind: 'null', start: next };
}

/** `items: [a]: b` would be an entry without a key to the library; Falco's reader stops there. */
function refuseSecondColon({ items, flow }: YAMLMap, { file, toOriginal }: Conversion): void {
  if (flow === true) return;
  for (const [index, { key }] of items.entries()) {
    if (index === 0 || !isScalar(key) || key.source !== '') continue;
    const end = (items[index - 1]?.value as { range?: readonly number[] } | null)?.range?.[1];
    const begin = key.range?.[0];
    if (end === undefined || begin === undefined) continue;
    if (file.text.slice(toOriginal(end), toOriginal(begin)).includes('\n')) continue;
    throw problem('SECOND_COLON', 'a value can’t be a key as well', key);
  }
}

/** `[a: b]` is a sequence of one mapping. */
function convertPair(key: unknown, value: unknown, conversion: Conversion, start: number): YamlNode {
  const entry = {
    key: convertKey(key, conversion, start),
    value: convert(value, conversion, endOf(key, conversion) ?? start),
  };
  return weigh({ kind: 'mapping', start: entry.key.start, entries: [entry] }, conversion);
}

/** Falco's reader takes no other keys, wherever they stand. */
function convertKey(key: unknown, conversion: Conversion, start: number): YamlNode {
  const converted = convert(key, conversion, start);
  if (converted.kind === 'scalar' || converted.kind === 'null') return converted;
  throw problem(
    COMPLEX_KEY,
    `a key must be a single word, not a ${converted.kind}`,
    key as { range?: readonly number[] },
  );
}

function isNullScalar(node: { type?: string; tag?: string; value: unknown }): boolean {
  if (node.type !== undefined && node.type !== 'PLAIN') return false;
  if (node.tag !== undefined) return false;
  return ['', '~', 'null', 'Null', 'NULL'].includes(String(node.value ?? ''));
}

function endOf(node: unknown, { toOriginal }: Conversion): number | undefined {
  const end = (node as { range?: readonly number[] } | null)?.range?.[1];
  return end === undefined ? undefined : toOriginal(end);
}

function weightOf(node: YamlNode, { weights }: Conversion): number {
  return weights.get(node) ?? 1;
}

function weigh(node: YamlSequence | YamlMapping, conversion: Conversion): YamlNode {
  const parts =
    node.kind === 'sequence' ? node.items : node.entries.flatMap(({ key, value }) => [key, value]);
  const weight = parts.reduce((sum, part) => sum + weightOf(part, conversion), 1);
  conversion.weights.set(node, weight);
  return node;
}

/** The offset of the next thing that is neither blank nor comment; a colon or dash in front was the null's own. */
function skipBlank(text: string, from: number): number {
  const blank = /:?(?:[ \t\r\n]+|#[^\n]*)*/y;
  blank.lastIndex = from;
  return from + (blank.exec(text)?.[0].length ?? 0);
}

function problem(code: string, message: string, node: { range?: readonly number[] | null }): Error {
  const found: YamlProblem = { code, message, offset: node.range?.[0] ?? 0 };
  return Object.assign(new Error(message), { problem: found });
}
