/** How a program reads its flags: Kubernetes uses pflag, etcd uses Go's own `flag` package. */
export type FlagDialect = 'pflag' | 'go';

/** One flag as it was written. */
export interface FlagUse {
  /** Without dashes, with `_` turned into `-` where the program does so. */
  readonly name: string;
  readonly value: string;
  /** Where in the argument list it begins. */
  readonly index: number;
  /** How many arguments it takes: 2 for `--name value`. */
  readonly span: 1 | 2;
}

export interface ParsedCommandLine {
  readonly flags: readonly FlagUse[];
  /** Arguments that are no flags, such as the `false` of `--anonymous-auth false`, which leaves the flag true. */
  readonly strays: readonly string[];
}

/**
 * Reads the arguments after the program's name.
 * @param isBoolean says whether a flag takes no value of its own: `--name` is `--name=true`, and the next argument is a stray.
 */
export function parseCommandLine(
  parameters: readonly string[],
  dialect: FlagDialect,
  isBoolean: (name: string) => boolean,
): ParsedCommandLine {
  const flags: FlagUse[] = [];
  const strays: string[] = [];
  for (let index = 0; index < parameters.length; index += 1) {
    const text = parameters[index]!;
    if (text === '--') {
      strays.push(...parameters.slice(index + 1));
      break;
    }
    const match = /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(text);
    if (match === null) {
      strays.push(text);
      // Go's flag package stops at the first argument that is no flag; pflag goes on.
      if (dialect === 'go') {
        strays.push(...parameters.slice(index + 1));
        break;
      }
      continue;
    }
    const name = dialect === 'pflag' ? match[1]!.replaceAll('_', '-') : match[1]!;
    const next = parameters[index + 1];
    if (match[2] !== undefined) flags.push({ name, value: match[2], index, span: 1 });
    else if (isBoolean(name) || next === undefined || next.startsWith('-')) {
      flags.push({ name, value: 'true', index, span: 1 });
    } else {
      flags.push({ name, value: next, index, span: 2 });
      index += 1;
    }
  }
  return { flags, strays };
}

/** Splits a line as a POSIX shell (and nearly as systemd) would: quotes and backslashes, no expansion. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index]!;
    if (quote === "'") {
      if (letter === quote) quote = undefined;
      else word += letter;
    } else if (letter === '\\' && index + 1 < line.length) {
      index += 1;
      if (line[index] !== '\n') word = (word ?? '') + line[index];
    } else if (quote === '"') {
      if (letter === quote) quote = undefined;
      else word += letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + letter;
  }
  if (word !== undefined) words.push(word);
  return words;
}
