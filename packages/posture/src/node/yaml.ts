import { type Document, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { found, type Reading, unreadable } from './tree.ts';

/** A YAML or JSON document as data, with the line that each key stands on. */
export interface ReadDocument {
  readonly value: unknown;
  /** The line (from 1) of the value at that path of keys; undefined when it isn't there. */
  lineOf(path: readonly (string | number)[]): number | undefined;
}

/** Reads the first document of a text; what can't be read (not YAML, bombs of aliases, rings) is said in words. */
export function readYaml(text: string): Reading<ReadDocument> {
  const all = readAllYaml(text);
  return all.kind === 'found' ? found(all.value[0] ?? { value: null, lineOf: () => undefined }) : all;
}

/** Reads every document of a text. */
export function readAllYaml(text: string): Reading<readonly ReadDocument[]> {
  const lineCounter = new LineCounter();
  try {
    const documents = parseAllDocuments(text, { lineCounter, logLevel: 'silent' }) as Document.Parsed[];
    const results: ReadDocument[] = [];
    for (const document of documents) {
      const problem = document.errors[0];
      if (problem !== undefined) return unreadable(`is not YAML: ${problem.message.split('\n')[0]}`);
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      // A ring of aliases becomes a ring of objects, which no later step could walk.
      JSON.stringify(value);
      results.push({
        value,
        lineOf(path) {
          const node = document.getIn(path, true) as { range?: readonly number[] } | undefined;
          const start = isScalar(node) || node?.range !== undefined ? node?.range?.[0] : undefined;
          return start === undefined ? undefined : lineCounter.linePos(start).line;
        },
      });
    }
    return found(results);
  } catch (error) {
    return unreadable(`is not YAML that can be used: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** The value at a path of keys, undefined when any of them is missing. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string | number, unknown>)[key];
  }
  return here;
}

/** The value as a list of plain objects; anything else becomes an empty list. */
export function objectsAt(value: unknown, path: readonly (string | number)[]): Record<string, unknown>[] {
  const list = valueAt(value, path);
  return Array.isArray(list)
    ? list.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null)
    : [];
}

/** The value as a list of texts; anything else in it is left out. */
export function textsAt(value: unknown, path: readonly (string | number)[]): string[] {
  const list = valueAt(value, path);
  return Array.isArray(list)
    ? list.filter((item) => item !== null && typeof item !== 'object').map(String)
    : [];
}
