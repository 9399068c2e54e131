import type { ShareText } from './scanner.ts';

/** Below this V8 copies the characters of a part of a text, from it on the part keeps the whole text. */
const SHORTEST_SLICE = 13;

const PLACES = 8192;

/**
 * Gives equal texts that come soon after one another as one, and none that keeps the text which it was a part of. What came
 * long ago is forgotten: looking through all that was ever seen would cost more than it spares.
 */
export function createTextPool(): ShareText {
  const places: string[] = new Array(PLACES).fill('');
  return (text) => {
    const place = placeOf(text);
    const known = places[place]!;
    if (known === text) return known;
    const shared = text.length < SHORTEST_SLICE ? text : detach(text);
    places[place] = shared;
    return shared;
  };
}

/** Made of a few characters: names that are used together differ in them. */
function placeOf(text: string): number {
  const { length } = text;
  const ends = text.charCodeAt(0) * 31 + text.charCodeAt(length - 1) * 769;
  return (
    (length * 97 + ends + text.charCodeAt(length >> 1) * 193 + text.charCodeAt(length >> 2) * 12289) &
    (PLACES - 1)
  );
}

/** The same characters, put together anew. */
function detach(text: string): string {
  return ` ${text}`.slice(1);
}
