/**
 * Finds what is filed under prefixes of a text, in one walk over the text. A prefix is a byte string, may be empty,
 * and may be filed under several times.
 */
export interface PrefixTree {
  readonly isEmpty: boolean;
  /** Calls back with each number filed under a prefix of `text` (or the text itself), shortest prefix first. */
  visit(text: string, found: (filed: number) => void): void;
}

/** A way of one or more characters down the tree: most prefixes share their beginning and go on alone. */
interface Branch {
  label: string;
  /** By char code of the first character of their labels; undefined where none goes on. */
  next: Map<number, Branch> | undefined;
  /** Numbers filed under the prefix that ends here. */
  filed: number[] | undefined;
}

export function createPrefixTree(entries: Iterable<readonly [prefix: string, filed: number]>): PrefixTree {
  const root: Branch = { label: '', next: undefined, filed: undefined };
  let isEmpty = true;
  for (const [prefix, filed] of entries) {
    isEmpty = false;
    const branch = reach(root, prefix);
    branch.filed ??= [];
    branch.filed.push(filed);
  }
  return {
    isEmpty,
    visit(text, found) {
      let at = 0;
      let branch: Branch | undefined = root;
      while (branch !== undefined && text.startsWith(branch.label, at)) {
        at += branch.label.length;
        const { filed, next }: Branch = branch;
        if (filed !== undefined) for (let index = 0; index < filed.length; index++) found(filed[index]);
        branch = at < text.length ? next?.get(text.charCodeAt(at)) : undefined;
      }
    },
  };
}

/** The branch at the end of a prefix, made where there is none. */
function reach(root: Branch, prefix: string): Branch {
  let branch = root;
  let at = 0;
  while (at < prefix.length) {
    const code = prefix.charCodeAt(at);
    const following = branch.next?.get(code);
    if (following === undefined) return grow(branch, code, prefix.slice(at));
    const common = commonLength(following.label, prefix, at);
    if (common < following.label.length) split(following, common);
    branch = following;
    at += common;
  }
  return branch;
}

function grow(branch: Branch, code: number, label: string): Branch {
  const grown: Branch = { label, next: undefined, filed: undefined };
  branch.next ??= new Map();
  branch.next.set(code, grown);
  return grown;
}

/** Ends the branch after `length` characters; the rest of it follows. */
function split(branch: Branch, length: number): void {
  const { label, next, filed } = branch;
  branch.label = label.slice(0, length);
  branch.next = new Map([[label.charCodeAt(length), { label: label.slice(length), next, filed }]]);
  branch.filed = undefined;
}

/** How many characters of `label` stand in the text from `at` on. */
function commonLength(label: string, text: string, at: number): number {
  let length = 0;
  while (length < label.length && label.charCodeAt(length) === text.charCodeAt(at + length)) length += 1;
  return length;
}
