import type { ParseOptions } from '@seawall/rules';

/** One file (or folder) of the conformance data and the program that holds Seawall against it. */
export interface Suite {
  /** Name of the file or folder under the conformance folder: the row's name in the table. */
  readonly file: string;
  /** What is checked, for the table, when the file alone doesn't say. */
  readonly title: string;
  /** @param folder path of the conformance folder. Throws only when the data itself can't be read. */
  run(folder: string): Promise<SuiteResult>;
}

export interface SuiteResult {
  readonly passed: number;
  readonly total: number;
  readonly failures: readonly Failure[];
  /** How many vectors were left out on purpose, with the reason: they are not part of `total`. */
  readonly leftOut?: { readonly count: number; readonly reason: string };
}

export interface Failure {
  readonly name: string;
  readonly detail: string;
}

/**
 * The vectors are of the parser of Falco's libraries after 0.44: it reads `\xHH` in quotes, and takes 100 levels where nobody
 * asks it for more. Rule files are loaded as by Falco 0.44 itself.
 */
export const parserOfVectors: ParseOptions = { nesting: 100, readsHexadecimal: true };
