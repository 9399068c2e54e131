/** Which options `getopt` knows, as getopt(3) reads them from a text such as `nt:`. */
export interface KnownOptions {
  /** Codes of option letters, with whether an argument follows. */
  readonly takesArgument: ReadonlyMap<number, boolean>;
}

const colon = 58;

export function parseKnownOptions(text: string): KnownOptions {
  const takesArgument = new Map<number, boolean>();
  for (let i = 0; i < text.length; i++) {
    const letter = text.charCodeAt(i);
    if (letter === colon) continue;
    const hasColon = text.charCodeAt(i + 1) === colon;
    takesArgument.set(letter, takesArgument.get(letter) === true || hasColon);
    if (hasColon) i++;
  }
  return { takesArgument };
}

/**
 * Reads short options from a command's arguments: `-n`, clusters (`-nt`), arguments attached (`-tx`) or next
 * (`-t x`). Long options are skipped; `--` and the first word that is no option end the reading.
 * @param report called for each option in order: its letter and its argument; letter `?` for one that isn't known,
 *   an empty letter for one whose argument is missing. `option` is the letter as written.
 */
function readOptions(
  words: readonly string[],
  known: KnownOptions,
  report: (letter: string, argument: string | undefined, option: string) => void,
): void {
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') return;
    if (word.length > 2 && word.startsWith('--')) continue;
    if (word.length < 2 || word[0] !== '-') return;
    for (let i = 1; i < word.length; i++) {
      const letter = word[i]!;
      const takesArgument = known.takesArgument.get(letter.charCodeAt(0));
      if (takesArgument === undefined) {
        report('?', undefined, letter);
      } else if (!takesArgument) {
        report(letter, undefined, letter);
      } else {
        const isAttached = i + 1 < word.length;
        if (!isAttached) at++;
        const argument = isAttached ? word.slice(i + 1) : words[at];
        report(argument === undefined ? '' : letter, argument, letter);
        break;
      }
    }
  }
}

/** All options and their arguments, one after the other: what `getopt` without brackets gives. */
export function listOptions(words: readonly string[], known: KnownOptions): string[] {
  const found: string[] = [];
  readOptions(words, known, (letter, argument) => {
    found.push(letter);
    if (argument !== undefined) found.push(argument);
  });
  return found;
}

/**
 * The last argument of one option, its letter if it takes none, empty if the argument is missing; undefined when the
 * option isn't there: what `getopt(...)[x]` gives.
 */
export function findOption(
  words: readonly string[],
  known: KnownOptions,
  sought: string,
): string | undefined {
  let found: string | undefined;
  if (!known.takesArgument.has(sought.charCodeAt(0))) return undefined;
  readOptions(words, known, (letter, argument, option) => {
    if (option === sought) found = argument ?? letter;
  });
  return found;
}
