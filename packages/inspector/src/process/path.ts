/** Longest path, with its end mark, that scap's tables hold. */
const MAX_PATH_BYTES = 1024;
const TOO_LONG = '/DIR_TOO_LONG/FILENAME_TOO_LONG';
const DOT = 0x2e;
const SLASH = 0x2f;

/**
 * Puts a path behind the directory it is relative to and removes `.`, `..`, doubled and trailing slashes from what
 * was added. An absolute path stands alone; the directory is taken as it is and should end with a slash. As Falco
 * does it (`sinsp_utils::concatenate_paths`): a result that would not fit scap's limit is a fixed text.
 */
export function concatenatePaths(directory: string, path: string): string {
  if (directory.length + path.length + 1 > MAX_PATH_BYTES) return TOO_LONG;
  if (path === '') return '';
  if (path.charCodeAt(0) === SLASH) return isNormal(path) ? path : normalize('', path);
  if (isNormal(path)) return directory + path;
  return normalize(directory, path);
}

/** True when `normalize` would leave the path as it is. */
function isNormal(path: string): boolean {
  const last = path.length - 1;
  let isAfterSlash = true;
  for (let index = 0; index <= last; index++) {
    const char = path.charCodeAt(index);
    if (char === SLASH) {
      if ((isAfterSlash && index > 0) || (index === last && index > 0)) return false;
      isAfterSlash = true;
    } else {
      if (isAfterSlash && char === DOT) return false;
      isAfterSlash = false;
    }
  }
  return true;
}

function normalize(directory: string, path: string): string {
  const isBaseEmpty = directory === '';
  let out = directory;
  let index = 0;
  while (index < path.length) {
    const char = path.charCodeAt(index);
    const isAtStart = out === '' || out.charCodeAt(out.length - 1) === SLASH;
    if (char === DOT && isAtStart) {
      const next = path.charCodeAt(index + 1);
      const afterNext = path.charCodeAt(index + 2);
      if (next === DOT && (afterNext === SLASH || Number.isNaN(afterNext))) {
        out = parentOf(out);
        index += Number.isNaN(afterNext) ? 2 : 3;
        continue;
      }
      if (next === SLASH || Number.isNaN(next)) {
        index += 2;
        continue;
      }
    } else if (char === SLASH) {
      const isRepeated = out === '' ? !isBaseEmpty : isAtStart;
      if (!isRepeated) out += '/';
      index += 1;
      continue;
    }
    let end = path.indexOf('/', index);
    if (end < 0) end = path.length;
    out += path.slice(index, end);
    index = end;
  }
  return out.length > 1 && out.endsWith('/') ? out.slice(0, -1) : out;
}

/** The directory above one that ends with a slash; the first character is never given up. */
function parentOf(directory: string): string {
  if (directory.length <= 1) return directory;
  let end = directory.length - 1;
  while (end >= 1 && directory.charCodeAt(end - 1) !== SLASH) end -= 1;
  return directory.slice(0, end);
}
