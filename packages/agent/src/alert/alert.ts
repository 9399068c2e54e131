import type { Priority } from '@seawall/rules';

/** A value as it stands in an alert's JSON. Text is byte strings; `real` keeps a decimal point. */
export type AlertValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | { readonly real: number }
  | readonly AlertValue[];

/** One match of one rule. All text is byte strings. */
export interface Alert {
  readonly rule: string;
  readonly priority: Priority;
  readonly source: string;
  /** Sorted. */
  readonly tags: readonly string[];
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
  /** The machine that the alert is made on. */
  readonly hostname: string;
  /** Time and priority in front of the message: `21:31:56.182619956: Notice`. */
  readonly prefix: string;
  /** The rule's output with its fields filled in. */
  readonly message: string;
  /** The fields that prefix and message show, and those added on request. */
  readonly fields: ReadonlyMap<string, AlertValue>;
}
