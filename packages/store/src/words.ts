/**
 * How text is cut into words for searching: runs of letters and digits, folded to lower case, as SQLite's `unicode61`
 * does it. `/etc/shadow` is the words `etc` and `shadow`, next to each other.
 */
const WORD = /[\p{L}\p{N}\p{Co}\p{M}]+/gu;

export function wordsOf(text: string): string[] {
  return cut(text.toLowerCase());
}

function cut(folded: string): string[] {
  return folded.match(WORD) ?? [];
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
  const sought = phrasesOf(search);
  const phrases = sought.map((words) => ` ${words.join(' ')} `);
  const each = sought.flat();
  return (text) => {
    const folded = text.toLowerCase();
    // Cutting a text into words costs much more than this, which most texts don't pass.
    if (phrases.length === 0 || !each.every((word) => folded.includes(word))) return false;
    const words = ` ${cut(folded).join(' ')} `;
    return phrases.every((phrase) => words.includes(phrase));
  };
}
