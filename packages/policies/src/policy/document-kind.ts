/** What a YAML file holds, as far as its keys show without reading it; `other`: what is none of ours, or damaged. */
export type DocumentKind = 'policies' | 'rule cases' | 'rules' | 'other';

/** Tells apart what may lie in one folder: rules, the policies that go with them, and the cases that test them. */
export function documentKindOf(text: string): DocumentKind {
  if (holdsObjects(text)) return 'policies';
  if (/^cases:/m.test(text) && !/^- /m.test(text)) return 'rule cases';
  return /^\s*- *(?:\{ *)?['"]?(?:rule|macro|list|required_\w+)['"]?\s*:/m.test(text) ? 'rules' : 'other';
}

/** Objects for `loadPolicyFiles`, not a list of rules whose texts hold such keys. */
function holdsObjects(text: string): boolean {
  return (
    /^(?:\{ *)?(?:apiVersion|kind|metadata|spec):/m.test(text) &&
    !/^- *(?:\{ *)?(?:rule|macro|list|required_\w+):/m.test(text)
  );
}
