import { errors } from '../errors.ts';
import type { Paged } from '../store.ts';

/** The place of a row in a list: a time (or any other whole number) and, among equal ones, an id or key. */
export interface Cursor {
  readonly first: bigint;
  readonly second: string;
}

/** @throws store/BAD_CURSOR */
export function readCursor(text: string): Cursor {
  const [, first, second] = /^(-?\d{1,20})_(.*)$/s.exec(text) ?? [];
  if (first === undefined) throw errors.create('BAD_CURSOR', { cursor: JSON.stringify(text) });
  return { first: BigInt(first), second };
}

/** The id of a cursor whose second part is one. @throws store/BAD_CURSOR */
export function cursorId({ second }: Cursor): bigint {
  if (!/^\d{1,19}$/.test(second)) throw errors.create('BAD_CURSOR', { cursor: JSON.stringify(second) });
  return BigInt(second);
}

/**
 * Makes a page of rows, of which one more than wanted was read, to know whether there is a next page.
 * @param placeOf where a row stands in the list.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => readonly [bigint, bigint | string],
  itemOf: (row: Row) => Item,
): Paged<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(itemOf),
    next: rows.length > limit && last !== undefined ? placeOf(last).join('_') : undefined,
  };
}
