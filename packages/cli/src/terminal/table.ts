import { stripVTControlCharacters } from 'node:util';
import { harmless } from './harmless.ts';

export interface Column {
  readonly title: string;
  /** Numbers read best to the right; text (the default) to the left. */
  readonly align?: 'left' | 'right';
}

/** A text in a colour of ours. */
export interface PaintedText {
  readonly text: string;
  /** A function of a palette. */
  readonly paint: (text: string) => string;
}

/** What stands in one place of a table. */
export type Cell = string | PaintedText | readonly (string | PaintedText)[];

const GAP = '  ';

/**
 * Lays rows out under their titles, columns aligned, two spaces apart, no spaces at line ends.
 * What a text holds that would steer a terminal is taken out or replaced, colours too: those are for painted cells, and take
 * no room. A row shorter than the columns is filled with empty cells.
 * @returns the lines joined with line feeds, one at the end; the titles alone where there are no rows.
 */
export function renderTable(columns: readonly Column[], written: readonly (readonly Cell[])[]): string {
  const rows = written.map((row) => row.map(cellText));
  const widths = columns.map(({ title }, index) =>
    rows.reduce((widest, row) => Math.max(widest, visibleWidth(row[index] ?? '')), visibleWidth(title)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => pad(cells[index] ?? '', widths[index], align ?? 'left'))
      .join(GAP)
      .trimEnd();
  return `${[columns.map(({ title }) => title), ...rows].map(line).join('\n')}\n`;
}

function cellText(cell: Cell): string {
  if (typeof cell === 'string') return harmless(cell);
  if ('paint' in cell) return cell.paint(harmless(cell.text));
  return cell.map(cellText).join('');
}

/** How many places a text takes on a terminal: escape sequences none, wide characters two. */
export function visibleWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += placesOf(character.codePointAt(0)!);
  return width;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const filler = ' '.repeat(Math.max(0, width - visibleWidth(text)));
  return align === 'left' ? text + filler : filler + text;
}

/** What is drawn over the character before it, or not at all. */
const PLACELESS = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** East Asian wide and emoji blocks, coarse as terminals are themselves; combining marks take no place. */
function placesOf(codePoint: number): number {
  if (codePoint < 0x300) return 1;
  if (PLACELESS.test(String.fromCodePoint(codePoint))) return 0;
  if (codePoint < 0x1100) return 1;
  const isWide =
    codePoint <= 0x115f ||
    (codePoint >= 0x2e80 && codePoint <= 0xa4cf) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7a3) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0xfe30 && codePoint <= 0xfe6f) ||
    (codePoint >= 0xff00 && codePoint <= 0xff60) ||
    (codePoint >= 0x1f300 && codePoint <= 0x1faff) ||
    (codePoint >= 0x20000 && codePoint <= 0x3fffd);
  return isWide ? 2 : 1;
}
