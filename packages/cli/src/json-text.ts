/** Part of the language that TypeScript's library doesn't describe yet: text that goes into JSON as it is. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * A value as JSON over several lines. Whole numbers beyond 2^53 (times in nanoseconds) keep all their digits;
 * programs that read JSON numbers as doubles lose the last of them, as they do with Falco's.
 */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, keepDigits, 2)}\n`;
}

/** The same on one line, for output that has a document a line. */
export function lineOfJson(value: unknown): string {
  return `${JSON.stringify(value, keepDigits)}\n`;
}

function keepDigits(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(String(value)) : value;
}
