import { holdsObjects } from '@seawall/policies';

/** What a YAML file holds, as far as its keys show without reading it; `other`: rules, or whatever is no YAML of ours. */
export type DocumentKind = 'policies' | 'rule cases' | 'other';

/** Tells apart what may lie in one folder: rules, the policies that go with them, and the cases that test them. */
export function documentKindOf(text: string): DocumentKind {
  if (holdsObjects(text)) return 'policies';
  return /^cases:/m.test(text) && !/^- /m.test(text) ? 'rule cases' : 'other';
}
