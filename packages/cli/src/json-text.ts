/** Part of the language that TypeScript's library doesn't describe yet: text that goes into JSON as it is. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * A value as JSON over several lines. Whole numbers beyond 2^53 (times in nanoseconds) keep all their digits;
 * programs that read JSON numbers as doubles lose the last of them, as they do with Falco's.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === 'bigint' ? rawJSON(String(item)) : item),
    2,
  );
  return `${text}\n`;
}
