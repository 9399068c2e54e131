import { bytesFromText, textFromBytes } from '../value/bytes.ts';
import { countBytes, type Mark, type SourceFile, type SourcePlace, sourcePlaceAt } from './source.ts';
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

/** Where something stands: from the file inwards, each step naming an item. */
export interface ItemContext {
  readonly file: SourceFile;
  readonly locations: readonly ItemLocation[];
  /** The condition that the last location points into. */
  readonly condition?: string;
  /** The exact place in the files, as `place` of a traced text (see TracedText). */
  readonly place: number;
}

const fileMark: Mark = { offset: 0, line: 0, column: 0 };

export function contextOfFile(file: SourceFile): ItemContext {
  const location = { itemType: 'rules content', itemName: '', name: file.name, mark: fileMark } as const;
  return { file, locations: [location], place: placeIn(file, 0) };
}

export function contextOfNode(
  node: YamlNode,
  itemType: ItemType,
  itemName: string,
  parent: ItemContext,
): ItemContext {
  const location = { itemType, itemName, name: parent.locations[0]!.name, mark: node.mark };
  return {
    file: parent.file,
    locations: [...parent.locations, location],
    place: placeIn(parent.file, node.start),
  };
}

/** The context of a bare mark, such as where the YAML breaks off. */
export function contextOfMark(mark: Mark, offset: number, parent: ItemContext): ItemContext {
  const name = parent.locations[0]!.name;
  const location = { itemType: 'value for', itemName: '', name, mark } as const;
  return {
    file: parent.file,
    locations: [...parent.locations, location],
    place: placeIn(parent.file, offset),
  };
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
  const last = parent.locations.at(-1)!.mark;
  const bytes = bytesFromText(condition);
  const shown =
    bytes.length > shownOfCondition ? `"${bytes.slice(0, shownOfCondition - 3)}..."` : `"${bytes}"`;
  const lineStart = position.index - (position.column - 1);
  const location = {
    itemType: 'condition expression',
    itemName: '',
    name: textFromBytes(shown.replace(/[\n\r]/g, ' ')),
    mark: {
      offset: last.offset + countBytes(origin.text, 0, Math.min(position.index, origin.text.length)),
      line: last.line + position.line,
      column:
        last.column + 1 + countBytes(origin.text, lineStart, Math.min(position.index, origin.text.length)),
    },
  } as const;
  const found = findPlace(origin, position.index);
  return {
    file: parent.file,
    locations: [...parent.locations, location],
    condition,
    place: found === undefined ? parent.place : found.file * 2 ** 32 + found.offset,
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
export function snippetOf(context: ItemContext): string {
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
