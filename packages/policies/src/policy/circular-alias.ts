import { type Document, visit } from 'yaml';

/**
 * Finds an alias that stands inside of what it names: the value would hold itself, and nothing could be made of it.
 * @returns where it stands and its name; undefined where there is none.
 */
export function findCircularAlias(
  document: Document.Parsed,
): { readonly offset: number; readonly message: string } | undefined {
  let found: { readonly offset: number; readonly message: string } | undefined;
  visit(document, {
    Alias(_, alias) {
      const [start, end] = alias.resolve(document)?.range ?? [0, 0];
      const offset = alias.range?.[0] ?? 0;
      if (offset < start || offset >= end) return undefined;
      found = { offset, message: `*${alias.source} stands inside of what it names` };
      return visit.BREAK;
    },
  });
  return found;
}
