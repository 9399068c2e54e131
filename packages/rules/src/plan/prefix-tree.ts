/**
 * Finds what is filed under prefixes of a text, in one walk over the text. A prefix is a byte string, may be empty,
 * and may be filed under several times.
 */
export interface PrefixTree {
  readonly isEmpty: boolean;
  /** Calls back with each number filed under a prefix of `text` (or the text itself), shortest prefix first. */
  visit(text: string, found: (filed: number) => void): void;
}

interface Branch {
  /** By char code. */
  readonly next: Map<number, Branch>;
  readonly filed: number[];
}

export function createPrefixTree(entries: Iterable<readonly [prefix: string, filed: number]>): PrefixTree {
  const root = createBranch();
  let isEmpty = true;
  for (const [prefix, filed] of entries) {
    isEmpty = false;
    let branch = root;
    for (let index = 0; index < prefix.length; index++) {
      const code = prefix.charCodeAt(index);
      let next = branch.next.get(code);
      if (next === undefined) {
        next = createBranch();
        branch.next.set(code, next);
      }
      branch = next;
    }
    branch.filed.push(filed);
  }
  return {
    isEmpty,
    visit(text, found) {
      let branch: Branch | undefined = root;
      for (let index = 0; branch !== undefined; index++) {
        const { filed } = branch;
        for (let item = 0; item < filed.length; item++) found(filed[item]);
        if (index === text.length) return;
        branch = branch.next.get(text.charCodeAt(index));
      }
    },
  };
}

function createBranch(): Branch {
  return { next: new Map(), filed: [] };
}
