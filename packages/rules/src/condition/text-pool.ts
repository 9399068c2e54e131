import type { ShareText } from './scanner.ts';

/** Below this V8 copies the characters of a part of a text, from it on the part keeps the whole text. */
const SHORTEST_SLICE = 13;

/** Gives equal texts as one, which keeps nothing of the text that the first of them was a part of. */
export function createTextPool(): ShareText {
  const pool = new Map<string, string>();
  return (text) => {
    let shared = pool.get(text);
    if (shared === undefined) {
      shared = text.length < SHORTEST_SLICE ? text : detach(text);
      pool.set(shared, shared);
    }
    return shared;
  };
}

/** The same characters, put together anew. */
function detach(text: string): string {
  return ` ${text}`.slice(1);
}
