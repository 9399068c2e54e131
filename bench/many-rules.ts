import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

/** An item of a rule file, as far as copying it goes. */
interface Item {
  list?: string;
  macro?: string;
  rule?: string;
  items?: (string | number)[];
  condition?: string;
}

/**
 * Makes a rule file of `count` rules by copying those of `files`: each copy has lists, macros and rules of its own
 * names, and looks for programs, paths and images of its own, as the rules of another team would. What needs no
 * name (what an opened file is, what a connection is) stays the same, as it would too.
 * @returns YAML text.
 */
export function copyRules(files: readonly string[], count: number): string {
  const items = files.flatMap((file) => parse(readFileSync(file, 'utf8')) as Item[]);
  const definitions = items.filter((item) => item.list !== undefined || item.macro !== undefined);
  const rules = items.filter((item) => item.rule !== undefined);
  const head = items.filter((item) => !definitions.includes(item) && !rules.includes(item));
  const names = new Set(definitions.map((item) => (item.list ?? item.macro) as string));
  const made: Item[] = [...head];
  for (let copy = 0, left = count; left > 0; copy++, left -= rules.length) {
    const chosen = rules.slice(0, left);
    made.push(...[...definitions, ...chosen].map((item) => copyItem(item, copy, names)));
  }
  return stringify(made, { lineWidth: 0, aliasDuplicateObjects: false });
}

function copyItem(item: Item, copy: number, names: ReadonlySet<string>): Item {
  if (copy === 0) return item;
  const renameWords = (text: string) =>
    text.replace(/[A-Za-z_][\w.-]*/g, (word) => (names.has(word) ? `${word}_${copy}` : word));
  // Some macros have names of system calls.
  const rename = (text: string) =>
    text
      .split(/(evt\.type\s*(?:in\s*\([^)]*\)|!?=\s*\w+))/)
      .map((part, index) => (index % 2 === 0 ? renameWords(part) : part))
      .join('');
  return {
    ...item,
    ...(item.list !== undefined && { list: `${item.list}_${copy}` }),
    ...(item.macro !== undefined && { macro: `${item.macro}_${copy}` }),
    ...(item.rule !== undefined && { rule: `${item.rule} ${copy}` }),
    ...(item.items !== undefined && {
      items: item.items.map((entry) =>
        typeof entry === 'number' || /^["']?\d/.test(entry) ? entry : changeName(entry, copy, names),
      ),
    }),
    ...(item.condition !== undefined && { condition: changePaths(rename(item.condition), copy) }),
  };
}

/** A list's item: another list by its name, or the name of a program, a path, an image. */
function changeName(entry: string, copy: number, names: ReadonlySet<string>): string {
  if (names.has(entry)) return `${entry}_${copy}`;
  if (entry.startsWith('/')) return entry.replace(/^\/[^/]*/, (first) => `${first}${copy}`);
  return entry.replace(/["']?$/, (quote) => `${copy}${quote}`);
}

/** In a condition: absolute paths, and the programs and images that it compares with. */
function changePaths(condition: string, copy: number): string {
  return condition
    .replace(/(?<=[\s("',=])\/[a-z][^\s/"'),*]*/g, (first) => `${first}${copy}`)
    .replace(
      /((?:proc\.[ap]?name|proc\.aname\[\d\]|container\.image\.repository)\s*=\s*)([\w./-]+)/g,
      `$1$2${copy}`,
    );
}
