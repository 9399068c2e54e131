import type { SourceFile } from './source.ts';

/**
 * A text glued together from pieces of files, lists and exceptions, which can still tell for each of its UTF-16
 * units where it came from. Nothing is worked out until somebody asks: of thousands of conditions few are wrong.
 */
export interface TracedText {
  readonly text: string;
  /** In order, the first one at 0, without gaps; none in an empty text. */
  readonly pieces: readonly Piece[];
}

/** From `start` on, up to the next piece, the text comes from `origin`, beginning at its unit `from`. */
export interface Piece {
  readonly start: number;
  readonly origin: Origin;
  readonly from: number;
}

/**
 * Where a piece comes from: one place for all of it (`file index * 2^32 + offset in that file`, or -1 where it was
 * made up, as the parentheses around an exception are), or a place for each unit, worked out when called.
 */
export type Origin = number | (() => readonly number[]);

const placesPerFile = 2 ** 32;

export function placeIn(file: SourceFile, offset: number): number {
  return file.index * placesPerFile + offset;
}

/** @param findPlaces gives the place of each unit of the text; called at most once, when first needed. */
export function traceText(text: string, findPlaces: () => readonly number[]): TracedText {
  return { text, pieces: text === '' ? [] : [{ start: 0, origin: findPlaces, from: 0 }] };
}

/** Beside the origins, since of thousands hardly any is ever asked. */
const foundPlaces = new WeakMap<() => readonly number[], readonly number[]>();

function placesOf(findPlaces: () => readonly number[]): readonly number[] {
  let places = foundPlaces.get(findPlaces);
  if (places === undefined) {
    places = findPlaces();
    foundPlaces.set(findPlaces, places);
  }
  return places;
}

/** Text that stands at one place as a whole, or nowhere (without `place`). */
export function textAtOnePlace(text: string, place = -1): TracedText {
  return { text, pieces: text === '' ? [] : [{ start: 0, origin: place, from: 0 }] };
}

export function concatTexts(...parts: readonly (TracedText | string)[]): TracedText {
  let text = '';
  const pieces: Piece[] = [];
  for (const part of parts) {
    const traced = typeof part === 'string' ? textAtOnePlace(part) : part;
    for (const { start, origin, from } of traced.pieces)
      pieces.push({ start: start + text.length, origin, from });
    text += traced.text;
  }
  return { text, pieces };
}

/** The part of a text between two of its units. */
export function sliceText(traced: TracedText, from: number, to = traced.text.length): TracedText {
  const pieces: Piece[] = [];
  traced.pieces.forEach((piece, index) => {
    const end = traced.pieces[index + 1]?.start ?? traced.text.length;
    if (end <= from || piece.start >= to) return;
    const skipped = Math.max(0, from - piece.start);
    pieces.push({ start: piece.start + skipped - from, origin: piece.origin, from: piece.from + skipped });
  });
  return { text: traced.text.slice(from, to), pieces };
}

/**
 * Where the unit at `index` of a traced text stands in the files; what was made up counts as standing where the
 * nearest unit before it (else after it) does.
 */
export function findPlace(traced: TracedText, index: number): { file: number; offset: number } | undefined {
  const last = traced.text.length - 1;
  let at = Math.min(index, last);
  while (at >= 0 && placeOf(traced, at) === -1) at--;
  if (at < 0) {
    at = 0;
    while (at <= last && placeOf(traced, at) === -1) at++;
    if (at > last) return undefined;
  }
  const place = placeOf(traced, at);
  return { file: Math.floor(place / placesPerFile), offset: place % placesPerFile };
}

/** Where the unit came from, -1 where it was made up. */
export function placeOf({ pieces }: TracedText, index: number): number {
  const piece = pieces.findLast(({ start }) => start <= index);
  if (piece === undefined) return -1;
  const { start, origin, from } = piece;
  return typeof origin === 'number' ? origin : (placesOf(origin)[from + index - start] ?? -1);
}
