/**
 * Finds what is filed under substrings of a text, in one walk over the text however many there are (Aho and Corasick,
 * "Efficient string matching", 1975). A substring is a byte string, may be empty, and may be filed under several times.
 */
export interface SubstringTree {
  readonly isEmpty: boolean;
  /** Calls back with each number filed under a text that `text` contains, perhaps several times. */
  visit(text: string, found: (filed: number) => void): void;
}

/** What has been read of the text ends with this much of one of the substrings, and with no more of any. */
interface Branch {
  /** By char code. */
  readonly next: Map<number, Branch>;
  readonly filed: number[];
  /** The longest other branch that what has been read ends with; the root has none. */
  shorter: Branch | undefined;
  /** The nearest of the shorter ones where something is filed. */
  shorterFiled: Branch | undefined;
}

export function createSubstringTree(
  entries: Iterable<readonly [substring: string, filed: number]>,
): SubstringTree {
  const root = createBranch();
  let isEmpty = true;
  for (const [substring, filed] of entries) {
    isEmpty = false;
    let branch = root;
    for (let index = 0; index < substring.length; index += 1) {
      const code = substring.charCodeAt(index);
      let next = branch.next.get(code);
      if (next === undefined) {
        next = createBranch();
        branch.next.set(code, next);
      }
      branch = next;
    }
    branch.filed.push(filed);
  }
  connect(root);
  return {
    isEmpty,
    visit(text, found) {
      for (const filed of root.filed) found(filed);
      let branch = root;
      for (let index = 0; index < text.length; index += 1) {
        branch = advance(branch, text.charCodeAt(index), root);
        let ending: Branch | undefined = branch.filed.length > 0 ? branch : branch.shorterFiled;
        for (; ending !== undefined && ending !== root; ending = ending.shorterFiled) {
          for (const filed of ending.filed) found(filed);
        }
      }
    },
  };
}

function advance(from: Branch, code: number, root: Branch): Branch {
  for (let branch: Branch | undefined = from; branch !== undefined; branch = branch.shorter) {
    const next = branch.next.get(code);
    if (next !== undefined) return next;
  }
  return root;
}

/** Level by level: what a branch falls back to is above it. */
function connect(root: Branch): void {
  const branches = [root];
  for (const branch of branches) {
    for (const [code, next] of branch.next) {
      next.shorter = branch.shorter === undefined ? root : advance(branch.shorter, code, root);
      const { shorter } = next;
      next.shorterFiled = shorter.filed.length > 0 ? shorter : shorter.shorterFiled;
      branches.push(next);
    }
  }
}

function createBranch(): Branch {
  return { next: new Map(), filed: [], shorter: undefined, shorterFiled: undefined };
}
