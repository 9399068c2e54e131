/** One row of an issue's acceptance table: a program that measures it. Each module `accept/ISSUE/ROW.ts` is one. */
export interface AcceptanceRow {
  /** The row's text, as the issue words it. */
  readonly title: string;
  /** Measures. `figure` is the value to print beside the title. */
  run(): Promise<AcceptanceResult>;
}

export type AcceptanceResult =
  | { readonly figure: string; readonly passed: boolean }
  /** The reason why it can't be measured here. */
  | { readonly skipped: string };
