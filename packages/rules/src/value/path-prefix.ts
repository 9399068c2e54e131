import { createGlob } from './glob.ts';

/**
 * Finds what is filed under paths that a path lies at or below, in one walk. Paths are compared name by name between
 * slashes (how many slashes, and whether one leads, makes no difference); names with `*`, `?` or `[` are wildcards. The
 * empty path and `/` contain everything.
 */
export interface PathTree {
  readonly isEmpty: boolean;
  /**
   * Calls back with each number filed under such a path, perhaps several times, until the answer is true.
   * @returns whether it was.
   */
  visit(path: string, found: (filed: number) => boolean): boolean;
}

/** One level of a tree of paths: what can follow is reached by name or by wildcard. */
interface Level {
  /** Filed under the path that ends here. */
  readonly filed: number[];
  readonly byName: Map<string, Level>;
  readonly byPattern: { readonly pattern: string; readonly holds: (name: string) => boolean; level: Level }[];
}

/** @param entries paths, and the values to look up later, are byte strings. */
export function createPathTree(entries: Iterable<readonly [path: string, filed: number]>): PathTree {
  const root = createLevel();
  let isEmpty = true;
  for (const [path, filed] of entries) {
    isEmpty = false;
    let level = root;
    for (const name of path.split('/')) if (name !== '') level = descend(level, name);
    level.filed.push(filed);
  }
  return { isEmpty, visit: (path, found) => visitBelow(path, 0, root, found) };
}

/**
 * Makes the test behind `pmatch`: true for a path that lies at or below one of `paths`.
 * @param paths and the values to test are byte strings.
 */
export function createPathPrefixTest(paths: readonly string[]): (path: string) => boolean {
  const tree = createPathTree(paths.map((path) => [path, 0]));
  return (path) => tree.visit(path, isEnough);
}

function isEnough(): boolean {
  return true;
}

function visitBelow(path: string, from: number, level: Level, found: (filed: number) => boolean): boolean {
  for (const filed of level.filed) if (found(filed)) return true;
  let start = from;
  while (start < path.length && path.charCodeAt(start) === 47) start++;
  if (start === path.length) return false;
  const slash = path.indexOf('/', start);
  const end = slash === -1 ? path.length : slash;
  const name = path.slice(start, end);
  const named = level.byName.get(name);
  if (named !== undefined && visitBelow(path, end, named, found)) return true;
  for (const { holds, level: below } of level.byPattern) {
    if (holds(name) && visitBelow(path, end, below, found)) return true;
  }
  return false;
}

function descend(level: Level, name: string): Level {
  if (!/[?*[]/.test(name)) {
    const found = level.byName.get(name) ?? createLevel();
    level.byName.set(name, found);
    return found;
  }
  const known = level.byPattern.find(({ pattern }) => pattern === name);
  if (known !== undefined) return known.level;
  const below = createLevel();
  level.byPattern.push({ pattern: name, holds: createGlob(name, false), level: below });
  return below;
}

function createLevel(): Level {
  return { filed: [], byName: new Map(), byPattern: [] };
}
