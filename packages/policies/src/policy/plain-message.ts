import type { z } from 'zod';

/** What zod calls types, in the words of whoever writes YAML. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and what they mean',
  record: 'keys and what they mean',
};

/** How zod's own messages begin: what begins otherwise was written for its schema. */
const OF_ZOD =
  /^(?:Invalid input|Invalid option|Too small|Too big|Invalid string|Invalid number|Invalid [a-zA-Z ]+$)/;

/**
 * What a value lacks, as one says it to somebody who wrote YAML; undefined where the schema says it itself or there are no
 * better words.
 * @param key what the value is written under.
 * @param written the value; undefined where there is none.
 */
export function plainMessage(issue: z.core.$ZodIssue, key: string, written: unknown): string | undefined {
  if (!OF_ZOD.test(issue.message)) return undefined;
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = TYPE_WORDS[issue.expected] ?? issue.expected;
      if (written === undefined) return `${key} is missing: write ${wanted}`;
      return `write ${wanted}, not ${wordFor(written)}`;
    }
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      return issue.values.length === 1 ? `write ${values}` : `write one of ${values}`;
    }
    case 'too_small':
      if (issue.origin === 'string')
        return issue.minimum === 1 ? 'it is empty' : `it has at least ${issue.minimum} characters`;
      if (issue.origin === 'array')
        return issue.minimum === 1 ? 'the list is empty' : `the list has at least ${issue.minimum} elements`;
      return `the least is ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `it has at most ${issue.maximum} characters`;
      if (issue.origin === 'array') return `the list has at most ${issue.maximum} elements`;
      return `the most is ${issue.maximum}`;
    case 'invalid_format':
      if (issue.format === 'starts_with') return `it begins with ${(issue as { prefix?: string }).prefix}`;
      return issue.format === 'url' ? 'write a URL: https://...' : undefined;
    default:
      return undefined;
  }
}

function wordFor(written: unknown): string {
  if (written === null) return 'nothing';
  if (Array.isArray(written)) return 'a list';
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    number: Number.isInteger(written) ? 'a number' : 'a number with a fraction',
    boolean: 'true or false',
    object: 'keys and what they mean',
  };
  return words[typeof written] ?? typeof written;
}
