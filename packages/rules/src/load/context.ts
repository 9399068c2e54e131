import { bytesFromText, textFromBytes } from '../value/bytes.ts';
import { countBytes, type Mark, markAt, type SourceFile, type SourcePlace, sourcePlaceAt } from './source.ts';
import { findPlace, placeIn, type TracedText } from './traced-text.ts';
import type { YamlNode } from './yaml.ts';

/** What a location names, in Falco's words. */
export type ItemType =
  | 'value for'
  | 'exceptions'
  | 'exception'
  | 'exception values'
  | 'exception value'
  | 'rules content'
  | 'rules content item'
  | 'required_engine_version'
  | 'required plugin versions'
  | 'required plugin versions entry'
  | 'required plugin versions alternative'
  | 'list'
  | 'list item'
  | 'macro'
  | 'macro condition'
  | 'rule'
  | 'rule condition'
  | 'condition expression'
  | 'rule output'
  | 'rule output expression'
  | 'rule priority'
  | 'overrides'
  | 'extension item';

export interface ItemLocation {
  readonly itemType: ItemType;
  readonly itemName: string;
  /** The file's name; for a condition expression the beginning of the condition in quotes. */
  readonly name: string;
  readonly mark: Mark;
}

/**
 * Where something stands: an item, and what it is part of. Each rule has several, and of thousands of rules hardly
 * any is spoken of, so that all that messages need besides is worked out then (see `locationsOf`).
 */
export interface ItemContext {
  readonly file: SourceFile;
  readonly parent: ItemContext | undefined;
  readonly itemType: ItemType;
  readonly itemName: string;
  /** Where the item begins in the file, in UTF-16 units. */
  readonly start: number;
  /** The exact place in the files, as `place` of a traced text (see TracedText). */
  readonly place: number;
  /** The condition that it points into, instead of into the file. */
  readonly expression: Expression | undefined;
}

interface Expression {
  readonly condition: string;
  /** The beginning of the condition in quotes. */
  readonly name: string;
  readonly mark: Mark;
}

/** A context as messages tell it. */
export interface MessageContext {
  readonly file: SourceFile;
  /** From the file inwards. */
  readonly locations: readonly ItemLocation[];
  /** The condition that the last location points into. */
  readonly condition: string | undefined;
}

export function contextOfFile(file: SourceFile): ItemContext {
  return {
    file,
    parent: undefined,
    itemType: 'rules content',
    itemName: '',
    start: 0,
    place: placeIn(file, 0),
    expression: undefined,
  };
}

export function contextOfNode(
  node: YamlNode,
  itemType: ItemType,
  itemName: string,
  parent: ItemContext,
): ItemContext {
  return contextOfOffset(node.start, parent, itemType, itemName);
}

/** Where Falco's YAML reader fails at a node, and not its loader of rules, Falco names the file alone. */
export function contextOfYaml(node: YamlNode, parent: ItemContext): ItemContext {
  return { ...contextOfFile(parent.file), place: placeIn(parent.file, node.start) };
}

/** The context of a bare place, such as where the YAML breaks off. */
export function contextOfOffset(
  start: number,
  parent: ItemContext,
  itemType: ItemType = 'value for',
  itemName = '',
): ItemContext {
  const { file } = parent;
  return { file, parent, itemType, itemName, start, place: placeIn(file, start), expression: undefined };
}

/** How Falco counts the place that a context ends at. */
export function markOf({ expression, file, parent, start }: ItemContext): Mark {
  if (expression !== undefined) return expression.mark;
  return parent === undefined ? fileMark : markAt(file, start);
}

const fileMark: Mark = { offset: 0, line: 0, column: 0 };

export function describeContext(context: ItemContext): MessageContext {
  const { file, expression } = context;
  return { file, locations: locationsOf(context), condition: expression?.condition };
}

function locationsOf(context: ItemContext): ItemLocation[] {
  const { itemType, itemName, expression, file, parent } = context;
  const before = parent === undefined ? [] : locationsOf(parent);
  return [...before, { itemType, itemName, name: expression?.name ?? file.name, mark: markOf(context) }];
}

const shownOfCondition = 20;

/**
 * The context of a place in a condition. Falco adds the condition's own place in the file to the place inside it
 * (lines and columns of the latter count from 1), whatever was folded or substituted between; the exact place is
 * kept beside.
 * @param condition the text that Falco shows; `origin` the text (the same or a changed one) that `position` is in.
 */
export function contextOfCondition(
  position: { readonly index: number; readonly line: number; readonly column: number },
  condition: string,
  origin: TracedText,
  parent: ItemContext,
): ItemContext {
  const last = markOf(parent);
  const bytes = bytesFromText(condition);
  const shown =
    bytes.length > shownOfCondition ? `"${bytes.slice(0, shownOfCondition - 3)}..."` : `"${bytes}"`;
  const lineStart = position.index - (position.column - 1);
  const mark = {
    offset: last.offset + countBytes(origin.text, 0, Math.min(position.index, origin.text.length)),
    line: last.line + position.line,
    column:
      last.column + 1 + countBytes(origin.text, lineStart, Math.min(position.index, origin.text.length)),
  };
  const found = findPlace(origin, position.index);
  return {
    file: parent.file,
    parent,
    itemType: 'condition expression',
    itemName: '',
    start: parent.start,
    place: found === undefined ? parent.place : found.file * 2 ** 32 + found.offset,
    expression: { condition, name: textFromBytes(shown.replace(/[\n\r]/g, ' ')), mark },
  };
}

/** The exact place of a context, for people. @param length how much to underline. */
export function sourcePlaceOf(context: ItemContext, files: readonly SourceFile[], length = 1): SourcePlace {
  const file = files[Math.floor(context.place / 2 ** 32)] ?? context.file;
  return sourcePlaceAt(file, context.place % 2 ** 32, length);
}

const snippetWidth = 160;
const noSnippet = '<No context available>\n';

/** The line around a context's last location with a marker below, cut exactly as Falco cuts it. */
export function snippetOf(context: MessageContext): string {
  const text = bytesFromText(context.condition || context.file.text);
  if (text === '') return noSnippet;
  const half = snippetWidth / 2;
  let at = context.locations.at(-1)!.mark.offset;
  // What Falco takes for a condition's offset is often far behind its end; it then shows the end.
  if (at >= text.length) at = text.length - 1;
  while (at > 0 && text[at] === '\n') at--;
  let from = at;
  while (from > 0 && text[from] !== '\n' && at - from < half) from--;
  let to = at;
  while (to < text.length - 1 && text[to] !== '\n' && to - at < half) to++;
  if (text[from] === '\n') from++;
  if (text[to] === '\n') to--;
  let shown = text.slice(from, to + 1);
  if (shown === '') return noSnippet;
  if (at - from >= half) shown = `...${shown.slice(3)}`;
  if (to - at >= half) shown = `${shown.slice(0, -3)}...`;
  const marker = at - from <= shown.length ? `${' '.repeat(Math.max(0, at - from))}^\n` : '';
  return textFromBytes(`${shown}\n${marker}`);
}
