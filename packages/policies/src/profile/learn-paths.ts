import { combine, type Seen } from './combine-evidence.ts';

/** So many files of one directory stand for the directory; fewer are listed one by one. */
const FILES_OF_A_DIRECTORY = 3;

/** Directories that hold too different things: what is in them is listed, however much. Those of one part are never allowed whole. */
const NEVER_WHOLE: ReadonlySet<string> = new Set([
  ...[
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/usr/lib64',
    '/usr/local',
    '/usr/local/bin',
    '/usr/local/sbin',
    '/usr/share',
  ],
  ...['/var/lib', '/var/run', '/var/log', '/var/spool', '/var/run/secrets', '/run/secrets', '/etc/secrets'],
  ...['/proc/self', '/proc/[0-9]*', '/sys/fs', '/sys/kernel', '/lib/modules'],
]);

/**
 * Files that were opened as paths that a profile allows: files of one directory become the directory (with all below it)
 * where they are many, what lies below an allowed path is left out.
 */
export function learnPaths(seen: readonly Seen[]): Seen[] {
  const byPath = new Map<string, Seen[]>();
  for (const entry of seen) {
    // A slash at the end: a directory already.
    const path = entry.value.length > 1 ? entry.value.replace(/\/$/, '') : entry.value;
    byPath.set(path, [...(byPath.get(path) ?? []), entry]);
  }
  const groups = [...byPath].map(([path, entries]) => ({ path, entries }));
  const directories = new Map<string, number>();
  for (const { path } of groups) {
    const directory = path.slice(0, path.lastIndexOf('/'));
    directories.set(directory, (directories.get(directory) ?? 0) + 1);
  }
  const whole = new Set(
    [...directories]
      .filter(([directory, count]) => count >= FILES_OF_A_DIRECTORY && mayBeWhole(directory))
      .map(([directory]) => directory),
  );
  const places = new Map<string, Seen[]>();
  for (const { path, entries } of groups) {
    const place = placeOf(path, whole);
    places.set(place, [...(places.get(place) ?? []), ...entries]);
  }
  const paths = new Set(places.keys());
  const kept = new Map<string, Seen[]>();
  for (const [place, entries] of places) {
    const above = [...ancestorsOf(place)].find((ancestor) => paths.has(ancestor)) ?? place;
    kept.set(above, [...(kept.get(above) ?? []), ...entries]);
  }
  return [...kept]
    .map(([path, entries]) => combine(path, entries))
    .sort((one, other) => (one.value < other.value ? -1 : 1));
}

function mayBeWhole(directory: string): boolean {
  return (
    directory.split('/').length > 2 && !NEVER_WHOLE.has(directory) && !directory.startsWith('/proc/[0-9]*')
  );
}

/** The directory in place of the file, the highest that may stand for it. */
function placeOf(path: string, whole: ReadonlySet<string>): string {
  const above = [...ancestorsOf(path)].find((directory) => whole.has(directory));
  return above ?? path;
}

/** The directories that a path lies in, the highest first. */
function* ancestorsOf(path: string): Generator<string> {
  for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) yield path.slice(0, at);
}
