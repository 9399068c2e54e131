/** Parts of names that are different each time: a date with or without its time, a uuid, hexadecimal and decimal ids. */
const CHANGING = [
  /\d{4}[-_]?\d\d[-_]?\d\d(?:[T_-]?\d\d[:_-]?\d\d(?:[:_-]?\d\d(?:\.\d+)?)?Z?)?/,
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
  // With a digit in it: `deadbeef` may be a word, as `feedback` begins with one.
  /(?=[a-f]*[0-9])[0-9a-f]{8,}/,
  /\d{4,}/,
].map(({ source }) => source);

const changing = new RegExp(`(?<![A-Za-z0-9])(?:${CHANGING.join('|')})(?![A-Za-z0-9])`, 'gi');
/** What mktemp(3), mktemp(1) and Go's os.CreateTemp put at the end of a name, or alone: told by digits among letters. */
const randomEnd =
  /(?<=[._-]|^)(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])(?=\S*(?:[a-z]\S*[A-Z]|[A-Z]\S*[a-z]))[A-Za-z0-9]{6,}$/;
/** Random ends that Kubernetes gives to names of pods. */
const podEnd = /(?<=-)[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}(?![A-Za-z0-9])/g;

/**
 * A path with what is different each time replaced by patterns of one name (`*`, `[0-9]*`): ids of processes, dates, hashes and
 * random ends. Slashes stay where they are, so that what was seen below one folder allows nothing above or beside it.
 */
export function generalisePath(path: string): string {
  return path.split('/').map(generaliseName).join('/');
}

function generaliseName(name: string): string {
  if (/^\d+$/.test(name)) return '[0-9]*';
  // What stands for itself in a name and for something else in a pattern.
  const plain = name.replace(/[*?[\]\\]/g, '?');
  return plain
    .replace(podEnd, '*')
    .replace(changing, '*')
    .replace(randomEnd, '*')
    .replace(/\*(?:[-_.:]*\*)+/g, '*');
}
