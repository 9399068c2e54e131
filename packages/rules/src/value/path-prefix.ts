import { createGlob } from './glob.ts';

/** One level of a tree of paths: what can follow is reached by name or by wildcard. */
interface Level {
  /** A path ends here: it and everything below it matches. */
  isEnd: boolean;
  readonly byName: Map<string, Level>;
  readonly byPattern: { readonly pattern: string; readonly holds: (name: string) => boolean; level: Level }[];
}

/**
 * Makes the test behind `pmatch`: true for a path that lies at or below one of `paths`. Paths are compared name by
 * name between slashes (how many slashes, and whether one leads, makes no difference); names with `*`, `?` or `[`
 * are wildcards. The empty path and `/` contain everything.
 * @param paths and the values to test are byte strings.
 */
export function createPathPrefixTest(paths: readonly string[]): (path: string) => boolean {
  const root = createLevel();
  for (const path of paths) {
    let level = root;
    for (const name of path.split('/')) if (name !== '') level = descend(level, name);
    level.isEnd = true;
  }
  return (path) => lies(path, 0, root);
}

function lies(path: string, from: number, level: Level): boolean {
  if (level.isEnd) return true;
  let start = from;
  while (start < path.length && path.charCodeAt(start) === 47) start++;
  if (start === path.length) return false;
  const slash = path.indexOf('/', start);
  const end = slash === -1 ? path.length : slash;
  const name = path.slice(start, end);
  const named = level.byName.get(name);
  if (named !== undefined && lies(path, end, named)) return true;
  for (const { holds, level: below } of level.byPattern) {
    if (holds(name) && lies(path, end, below)) return true;
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
  return { isEnd: false, byName: new Map(), byPattern: [] };
}
