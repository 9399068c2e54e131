/**
 * How text is cut into words for searching: runs of letters and digits, folded to lower case, as SQLite's `unicode61`
 * does it. `/etc/shadow` is the words `etc` and `shadow`, next to each other.
 */
const WORD = /[\p{L}\p{N}\p{Co}\p{M}]+/gu;

export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

/**
 * What a search asks for: for each piece between spaces its words, which must stand next to each other. Pieces without
 * a letter or digit are left out.
 */
export function phrasesOf(text: string): readonly (readonly string[])[] {
  return text
    .split(/\s+/)
    .map(wordsOf)
    .filter((words) => words.length > 0);
}

/** Makes a test of texts: whether every phrase of the search occurs in one. A search without words finds nothing. */
export function createWordTest(search: string): (text: string) => boolean {
  const phrases = phrasesOf(search).map((words) => ` ${words.join(' ')} `);
  return (text) => {
    const words = ` ${wordsOf(text).join(' ')} `;
    return phrases.length > 0 && phrases.every((phrase) => words.includes(phrase));
  };
}
