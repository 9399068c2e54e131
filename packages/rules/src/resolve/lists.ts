import type { ItemContext } from '../load/context.ts';
import type { ListDefinition } from '../load/definitions.ts';
import { failLoading } from '../load/message.ts';
import { concatTexts, placeOf, sliceText, type TracedText, traceText } from '../load/traced-text.ts';

/** A list with the lists among its items written out. */
export interface ResolvedList {
  readonly name: string;
  readonly items: readonly string[];
}

/**
 * Writes out the lists that lists name: one level, and only lists that were first defined before this one was last
 * changed. What is deeper is written out when the list lands in a condition.
 * @returns the lists in order of definition, and the names of those that others use.
 */
export function resolveLists(definitions: ReadonlyMap<string, ListDefinition>): {
  readonly lists: readonly ResolvedList[];
  readonly used: ReadonlySet<string>;
} {
  const used = new Set<string>();
  const lists = [...definitions.values()].map(({ name, items, visibility }) => {
    const visible = (item: string): ListDefinition | undefined => {
      const named = definitions.get(item);
      return named === undefined || named.order >= visibility ? undefined : named;
    };
    if (!items.some(visible)) return { name, items };
    const written = items.flatMap((item) => {
      const named = visible(item);
      if (named === undefined) return [item];
      used.add(named.name);
      return named.items;
    });
    return { name, items: written };
  });
  return { lists, used };
}

/** Lists in order of definition, and how to find those that a text names without trying each of thousands. */
export interface ListIndex {
  readonly lists: readonly IndexedList[];
  /** Positions in `lists` by name. */
  readonly positions: ReadonlyMap<string, number>;
  /** By `nameShape`: whether a list's name begins and is as long as that. Most words of a condition are none by that alone. */
  readonly shapes: Uint8Array;
  /** Positions of lists whose names hold what separates names, or nothing. */
  readonly oddlyNamed: readonly number[];
}

/** What is worked out of a list when it is first put in, however often that is done. */
interface IndexedList extends ResolvedList {
  /** Its items as a condition writes them. */
  written: string | undefined;
  /** Positions of the lists that its items name. */
  named: readonly number[] | undefined;
}

export function indexLists(lists: readonly ResolvedList[]): ListIndex {
  const shapes = new Uint8Array(SHAPES);
  for (const { name } of lists) shapes[nameShape(name, 0, name.length)] = 1;
  return {
    lists: lists.map(({ name, items }) => ({ name, items, written: undefined, named: undefined })),
    positions: new Map(lists.map(({ name }, position) => [name, position])),
    shapes,
    oddlyNamed: [...lists.keys()].filter((position) => /^$|[ \t\n\r(),=]/.test(lists[position]!.name)),
  };
}

const SHAPES = 128 * 64;

/** Of the word between two places: its first character and how long it is, as a number. */
function nameShape(text: string, from: number, to: number): number {
  return (text.charCodeAt(from) & 127) * 64 + Math.min(to - from, 63);
}

/** Lists that multiply each other could otherwise fill the memory. */
const longestCondition = 250_000;

/**
 * Puts the items of each list in the place of its name in a condition's text, list by list in order of definition
 * (so a list can bring in names of later ones). A name counts where blanks, parentheses, commas, `=` or the ends
 * of the text surround it, even in quotes: Falco replaces text, before parsing.
 * @param used is told the names of the lists found.
 */
export function substituteLists(
  condition: TracedText,
  index: ListIndex,
  used: Set<string>,
  context: ItemContext,
): TracedText {
  const { lists, oddlyNamed } = index;
  const odd = oddlyNamed.filter((position) => condition.text.includes(lists[position]!.name));
  const named = namedIn(condition.text, index);
  if (odd.length + named.length === 0) return condition;
  let result = condition;
  const waiting = new Set([...odd, ...named]);
  while (waiting.size > 0) {
    const position = Math.min(...waiting);
    waiting.delete(position);
    const list = lists[position]!;
    const substituted = substituteList(result, list);
    if (substituted === undefined) continue;
    used.add(list.name);
    result = substituted;
    if (result.text.length > longestCondition) {
      failLoading({
        code: 'LOAD_ERR_COMPILE_CONDITION',
        message: `condition too long: more than ${longestCondition} characters once lists are written out`,
        context,
        hint: 'lists whose items are names of lists multiply: name each list once',
      });
    }
    for (const named of listsNamedBy(list, index)) if (named > position) waiting.add(named);
  }
  return result;
}

const blanks = ' \t\n\r';
const delimiters = `${blanks}(),=`;
const isDelimiter = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(delimiters.includes(String.fromCharCode(code))),
);

/** Positions of the lists whose names stand in the text as words. */
function namedIn(text: string, { positions, shapes }: ListIndex): number[] {
  const named: number[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && isDelimiter[text.charCodeAt(at)] !== 1) continue;
    if (at > from && shapes[nameShape(text, from, at)] === 1) {
      const position = positions.get(text.slice(from, at));
      if (position !== undefined) named.push(position);
    }
    from = at + 1;
  }
  return named;
}

/** Positions of the lists that the items of a list name. */
function listsNamedBy(list: IndexedList, index: ListIndex): readonly number[] {
  list.named ??= list.items.flatMap((item) => namedIn(item, index));
  return list.named;
}

/** In one pass, so that a name that stands there a thousand times costs no more than the text is long. */
function substituteList(condition: TracedText, list: IndexedList): TracedText | undefined {
  const { text } = condition;
  const { name } = list;
  list.written ??= list.items.map(quoteItem).join(', ');
  const substitute = list.written;
  const parts: TracedText[] = [];
  /** How much of the text is dealt with. */
  let taken = 0;
  let length = 0;
  let at = text.indexOf(name);
  while (at !== -1 && length <= longestCondition) {
    let end = at + name.length;
    const before = at === taken && parts.length > 0 ? ' ' : text[at - 1];
    const after = text[end];
    const isWhole =
      (before === undefined || delimiters.includes(before)) &&
      (after === undefined || delimiters.includes(after));
    if (!isWhole) {
      at = text.indexOf(name, at + 1);
      continue;
    }
    parts.push(sliceText(condition, taken, at));
    dropLast(parts, blanks, Number.POSITIVE_INFINITY);
    while (end < text.length && blanks.includes(text[end]!)) end++;
    // Where nothing comes in one comma must go.
    if (substitute === '' && dropLast(parts, ',', 1) === 0 && text[end] === ',') end++;
    const isFirst = parts.length === 0;
    const written = `${isFirst ? '' : ' '}${substitute} `;
    parts.push(atPlaceOf(condition, at, written));
    length += at - taken + written.length;
    taken = end;
    // Falco goes on behind what came in (so a list that names itself ends here), at the start one place too far.
    at = text.indexOf(name, isFirst ? end + 1 : end);
  }
  return parts.length === 0 ? undefined : concatTexts(...parts, sliceText(condition, taken));
}

/** Takes characters of `kind` off the end of the text in parts. @returns how many. */
function dropLast(parts: TracedText[], kind: string, most: number): number {
  let dropped = 0;
  while (parts.length > 0) {
    const last = parts.at(-1)!;
    let end = last.text.length;
    while (end > 0 && dropped < most && kind.includes(last.text[end - 1]!)) {
      end--;
      dropped++;
    }
    if (end === last.text.length && end > 0) break;
    parts.pop();
    if (end === 0) continue;
    parts.push(sliceText(last, 0, end));
    break;
  }
  return dropped;
}

/** A text all of which stands where the condition's unit at `index` does. */
function atPlaceOf(condition: TracedText, index: number, text: string): TracedText {
  return traceText(text, () => new Array<number>(text.length).fill(placeOf(condition, index)));
}

/** A value with a blank must be quoted to stand in a condition, unless it comes with quotes. */
export function quoteItem(item: string): string {
  return item.includes(' ') && item[0] !== '"' && item[0] !== "'" ? `"${item}"` : item;
}
