import { bytesFromText } from './value/bytes.ts';

/** Turns rules on or off: those whose name contains, is, or matches a pattern with `*`, or that have one of the tags. */
export type Selection = { readonly isEnabled: boolean } & (
  | { readonly by: 'substring' | 'name' | 'wildcard'; readonly text: string }
  | { readonly by: 'tag'; readonly tags: readonly string[] }
);

/** What a selection looks at. */
export interface Selectable {
  readonly name: string;
  readonly tags: readonly string[];
  readonly isEnabled: boolean;
}

/**
 * Applies selections one after the other, as `falco -o rules[]` does.
 * @param startsEmpty whether no rule is on at first; else those that their files leave enabled.
 * @returns the names of the rules that are on.
 */
export function selectRules(
  rules: readonly Selectable[],
  selections: readonly Selection[],
  startsEmpty = false,
): ReadonlySet<string> {
  const enabled = new Set(startsEmpty ? [] : rules.filter((rule) => rule.isEnabled).map(({ name }) => name));
  for (const selection of selections) {
    for (const rule of rules) {
      if (!isSelected(rule, selection)) continue;
      if (selection.isEnabled) enabled.add(rule.name);
      else enabled.delete(rule.name);
    }
  }
  return enabled;
}

function isSelected({ name, tags }: Selectable, selection: Selection): boolean {
  switch (selection.by) {
    case 'substring':
      return name.includes(selection.text);
    case 'name':
      // Falco takes no name at all for every name.
      return selection.text === '' || name === selection.text;
    case 'wildcard':
      return matchesWildcard(selection.text, name);
    case 'tag':
      return selection.tags.some((tag) => tags.includes(tag));
  }
}

/**
 * Whether `*` in a pattern can stand for some text so that the pattern is the name. As Falco's: each part between
 * stars is taken where it is first found, so a pattern that ends without a star must find its last part at the end
 * the first time.
 */
export function matchesWildcard(pattern: string, name: string): boolean {
  const [head, ...parts] = pattern.split(/\*+/);
  if (parts.length === 0) return pattern === name;
  if (!name.startsWith(head!)) return false;
  let rest = name.slice(head!.length);
  for (const part of parts) {
    const at = rest.indexOf(part);
    if (at === -1) return false;
    rest = rest.slice(at + part.length);
  }
  return parts.at(-1) === '' || rest === '';
}

/** A rule's name for metrics: letters, digits, `_` and `:` only. */
export function sanitiseRuleName(name: string): string {
  return bytesFromText(name)
    .replace(/[^a-zA-Z0-9_:]/g, '_')
    .replace(/_+/g, '_')
    .replace(/_$/, '');
}
