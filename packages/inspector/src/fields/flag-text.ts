import type { FlagTable } from '@seawall/events';

/** The names of the one value of an enumeration, joined by `|` where several share it; '' where it has none. */
export function enumerationNames(value: number, table: FlagTable): string {
  return table
    .filter((flag) => flag.value === value)
    .map((flag) => flag.name)
    .join('|');
}

/**
 * The names of the flags in a set of bits, joined by `|`, tried in the table's order; bits already named are not
 * named again by a later flag, and a name for exactly the whole value ends the list.
 */
export function flagNames(value: number, table: FlagTable): string {
  const knownOfTable = knownNames.get(table);
  const known = knownOfTable?.get(value);
  if (known !== undefined) return known;
  const names = nameFlags(value, table);
  if (knownOfTable === undefined) knownNames.set(table, new Map([[value, names]]));
  else if (knownOfTable.size < REMEMBERED_SETS) knownOfTable.set(value, names);
  return names;
}

/** Names of sets that were asked for, by table: calls use few sets over and over. */
const knownNames = new Map<FlagTable, Map<number, string>>();
const REMEMBERED_SETS = 256;

function nameFlags(value: number, table: FlagTable): string {
  let rest = value;
  let names = '';
  for (const flag of table) {
    if (!isIn(flag.value, rest, value)) continue;
    rest = (rest & ~flag.value) >>> 0;
    names += names === '' ? flag.name : `|${flag.name}`;
    if (flag.value === value) break;
  }
  return names;
}

/** The names of file mode bits, as `flagNames`, but that a name for exactly the whole value always ends the list. */
export function modeNames(value: number, table: FlagTable): string {
  let rest = value;
  let names = '';
  for (const flag of table) {
    const isWhole = flag.value === value;
    if (!isWhole && !isIn(flag.value, rest, value)) continue;
    rest = (rest & ~flag.value) >>> 0;
    names += names === '' ? flag.name : `|${flag.name}`;
    if (isWhole) break;
  }
  return names;
}

function isIn(flag: number, rest: number, value: number): boolean {
  return flag === 0 ? value === 0 : rest !== 0 && (rest & flag) >>> 0 === flag >>> 0;
}
