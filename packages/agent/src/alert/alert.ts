import type { JsonValue, Priority } from '@seawall/rules';

/** One match of one rule. */
export interface Alert {
  readonly rule: string;
  readonly priority: Priority;
  readonly source: string;
  /** In the order of their bytes. */
  readonly tags: readonly string[];
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
  /** The machine that the alert is about. */
  readonly hostname: string;
  /** Time and priority in front of the message, a byte string: `21:31:56.182619956: Notice`. */
  readonly prefix: string;
  /** The rule's output with its fields filled in, a byte string. */
  readonly message: string;
  /** The fields that prefix and message show, and those added on request; strings are byte strings. */
  readonly fields: ReadonlyMap<string, JsonValue>;
  /** True where not all was known that the alert hinges on, or shows, and more might have become known later. */
  readonly isIncomplete?: boolean;
}
