import { damaged } from './damaged.ts';

/** Parts of the language that TypeScript's library doesn't describe yet: numbers that keep all their digits in JSON. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A whole number with so many digits that a double may not hold it. */
const LONG_NUMBER = /\d{16}/;

/** A value as JSON text; whole numbers beyond 2^53, which are `bigint`, keep their digits. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    // Only a `bigint` (or a ring) is refused. Asking about each value takes three times as long, and few texts hold one.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, writeWhole);
  }
}

/**
 * The value of a text that {@link toJson} made: whole numbers beyond 2^53 come back as `bigint`.
 * @throws an error with SQLite's code for damage where it isn't such a text: then the disk has changed it.
 */
export function fromJson(text: string): unknown {
  try {
    // A damaged row may lack the column, which the parser would take for the text `null`.
    if (typeof text !== 'string') throw new TypeError('there is no text');
    if (!LONG_NUMBER.test(text)) return JSON.parse(text);
    return (JSON.parse as (text: string, reviver: SourceReviver) => unknown)(text, readWhole);
  } catch (cause) {
    throw damaged('a text in it is no JSON', cause);
  }
}

function writeWhole(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(String(value)) : value;
}

const readWhole: SourceReviver = (_, value, { source }) => {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
};
