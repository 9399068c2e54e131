import type { ItemContext } from '../load/context.ts';
import type { ListDefinition } from '../load/definitions.ts';
import { failLoading } from '../load/message.ts';
import { concatTexts, sliceText, type TracedText, textAtOnePlace } from '../load/source.ts';

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
  const lists = [...definitions.values()].map((list) => {
    const items = list.items.flatMap((item) => {
      const named = definitions.get(item);
      if (named === undefined || named.order >= list.visibility) return [item];
      used.add(named.name);
      return named.items;
    });
    return { name: list.name, items };
  });
  return { lists, used };
}

/** Lists that multiply each other could otherwise fill the memory. */
const longestCondition = 1_000_000;

/**
 * Puts the items of each list in the place of its name in a condition's text, list by list in order of definition
 * (so a list can bring in names of later ones). A name counts where blanks, parentheses, commas, `=` or the ends
 * of the text surround it, even in quotes: Falco replaces text, before parsing.
 * @param used is told the names of the lists found.
 */
export function substituteLists(
  condition: TracedText,
  lists: readonly ResolvedList[],
  used: Set<string>,
  context: ItemContext,
): TracedText {
  let result = condition;
  for (const list of lists) {
    if (!result.text.includes(list.name)) continue;
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
  }
  return result;
}

const blanks = ' \t\n\r';
const delimiters = `${blanks}(),=`;

function substituteList(condition: TracedText, { name, items }: ResolvedList): TracedText | undefined {
  const substitute = items.map(quoteItem).join(', ');
  let current = condition;
  let isUsed = false;
  for (let at = current.text.indexOf(name); at !== -1; at = current.text.indexOf(name, at + 1)) {
    const { text } = current;
    let start = at;
    let end = at + name.length;
    const isWhole =
      (start === 0 || delimiters.includes(text[start - 1]!)) &&
      (end >= text.length || delimiters.includes(text[end]!));
    if (!isWhole) continue;
    isUsed = true;
    const place = current.places[at];
    while (start > 0 && blanks.includes(text[start - 1]!)) start--;
    while (end < text.length && blanks.includes(text[end]!)) end++;
    if (substitute === '') {
      // Nothing comes in, so one comma must go.
      if (start > 0 && text[start - 1] === ',') start--;
      else if (text[end] === ',') end++;
    }
    const before = start > 0 ? concatTexts(sliceText(current, 0, start), ' ') : '';
    current = concatTexts(before, textAtOnePlace(`${substitute} `, place), sliceText(current, end));
    // Falco goes on behind what came in, so a list that names itself ends here.
    at = start + substitute.length + 1;
  }
  return isUsed ? current : undefined;
}

/** A value with a blank must be quoted to stand in a condition, unless it comes with quotes. */
export function quoteItem(item: string): string {
  return item.includes(' ') && item[0] !== '"' && item[0] !== "'" ? `"${item}"` : item;
}
