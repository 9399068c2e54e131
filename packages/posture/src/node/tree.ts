import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { posix } from 'node:path';
import { reasonOf } from '@seawall/base';
import { errors } from '../errors.ts';

/** What asking for a file gave: the thing, nothing there, or why it could not be had. */
export type Reading<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Who may do what with a file: permission bits (`0o7777` at most) and owner, by number and, where known, by name. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user?: string;
  readonly group?: string;
}

/**
 * The files of one root: a node's, a container's (`/proc/PID/root`), a folder of collected files, or a test's.
 * Paths are absolute inside it. Links are followed as a process inside it would, so never out of it.
 */
export interface FileTree {
  /** The text of a regular file (UTF-8, at most 4 MiB). */
  read(path: string): Reading<string>;
  status(path: string): Reading<FileStatus>;
  /** The names in a directory, sorted. */
  list(path: string): Reading<readonly string[]>;
  /** The path as a person on the node knows it: differs inside a container that mounts host folders. */
  locate(path: string): string;
}

/** A file larger than this is no configuration of a Kubernetes component. */
export const LARGEST_FILE = 4 * 1024 * 1024;
const MOST_LINKS = 40;

export const missing: { readonly kind: 'missing' } = { kind: 'missing' };

export function found<T>(value: T): Reading<T> {
  return { kind: 'found', value };
}

export function unreadable(reason: string): { readonly kind: 'unreadable'; readonly reason: string } {
  return { kind: 'unreadable', reason };
}

/**
 * The tree below a folder of this machine (`/` for the node itself).
 * Throws `posture/NO_SUCH_FOLDER` when it is none.
 */
export function openTree(root: string): FileTree {
  try {
    if (!statSync(root).isDirectory()) throw new Error('not a directory');
  } catch (error) {
    throw errors.create('NO_SUCH_FOLDER', { path: root, reason: describeFailure(error) }, error);
  }
  const within = <T>(path: string, use: (descriptor: number) => Reading<T>): Reading<T> => {
    const open: number[] = [];
    try {
      const reached = stepInside(root, path, open);
      return reached.kind === 'found' ? use(reached.value) : reached;
    } catch (error) {
      return asReading(error);
    } finally {
      for (const descriptor of open) closeSync(descriptor);
    }
  };
  return {
    read: (path) => within(path, readBounded),
    status: (path) => within(path, readStatus),
    list: (path) => within(path, (folder) => found(readdirSync(pathOf(folder)).sort(compareBytes))),
    locate: (path) => path,
  };
}

/** open(2): a place in the tree, of which nothing is opened. */
const O_PATH = 0o10000000;

/** What is open, by another name: whatever the tree is changed into meanwhile, this leads there. */
function pathOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

/**
 * Follows links the way a process whose root directory is `root` would, and gives what it comes to. Each step is taken from
 * what the one before is holding: whoever changes folders into links meanwhile leads nobody out.
 * @param open where everything that is opened is put, the way from the root at its beginning; the caller closes it.
 */
function stepInside(root: string, path: string, open: number[]): Reading<number> {
  let rest = posix
    .normalize('/' + path)
    .split('/')
    .filter((part) => part !== '');
  const leaveTo = (length: number): void => {
    for (const descriptor of open.splice(Math.max(1, length))) closeSync(descriptor);
  };
  open.push(openSync(root, O_PATH | constants.O_DIRECTORY));
  let links = 0;
  while (rest.length > 0) {
    const part = rest[0]!;
    rest = rest.slice(1);
    if (part === '..') {
      leaveTo(open.length - 1);
      continue;
    }
    const here = `${pathOf(open.at(-1)!)}/${part}`;
    const descriptor = openSync(here, O_PATH | constants.O_NOFOLLOW);
    open.push(descriptor);
    if (!fstatSync(descriptor).isSymbolicLink()) continue;
    links += 1;
    if (links > MOST_LINKS) return unreadable('too many symbolic links, or a ring of them');
    const target = readlinkSync(here);
    leaveTo(posix.isAbsolute(target) ? 1 : open.length - 1);
    rest = [...target.split('/').filter((name) => name !== '' && name !== '.'), ...rest];
  }
  return found(open.at(-1)!);
}

/** Only a regular file is opened: for a pipe or a device, being opened is an event, and a watchdog restarts the machine. */
function readBounded(place: number): Reading<string> {
  const status = fstatSync(place);
  if (!status.isFile()) {
    return unreadable(status.isDirectory() ? 'is a directory' : 'is not a regular file');
  }
  const { size } = status;
  if (size > LARGEST_FILE) return unreadable(`is larger than ${LARGEST_FILE} bytes`);
  const descriptor = openSync(pathOf(place), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.allocUnsafe(size + 4096);
    let length = 0;
    for (;;) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
      if (length === buffer.length) return unreadable('grew while it was read');
    }
    const bytes = buffer.subarray(0, length);
    if (bytes.includes(0)) return unreadable('is binary, not text');
    return found(bytes.toString('utf8'));
  } finally {
    closeSync(descriptor);
  }
}

function readStatus(place: number): Reading<FileStatus> {
  const status = fstatSync(place);
  return found({
    kind: status.isFile() ? 'file' : status.isDirectory() ? 'directory' : 'other',
    mode: status.mode & 0o7777,
    uid: status.uid,
    gid: status.gid,
  });
}

function asReading(error: unknown): Reading<never> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return missing;
  return unreadable(describeFailure(error));
}

/** A failed system call in words. */
export function describeFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied: run as root';
  if (code === 'EINVAL') return 'is a symbolic link that changed while it was read';
  return reasonOf(error);
}

/** Sorts the way Go and the C locale do: by bytes. */
export function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** One entry of an in-memory tree: text, or a directory (no text), with mode and owner. */
export interface MemoryEntry {
  readonly text?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly user?: string;
  readonly group?: string;
  /** Given, the entry exists and can't be read. */
  readonly unreadable?: string;
  /** Given, not even its mode and owner can be had. */
  readonly hidden?: string;
}

/** A tree held in memory: for what was patched but not written, and for tests. Parents of entries exist by themselves. */
export function createMemoryTree(entries: Readonly<Record<string, MemoryEntry>>): FileTree {
  const directories = new Map<string, Set<string>>([['/', new Set()]]);
  for (const path of Object.keys(entries)) {
    for (let child = path; child !== '/'; child = posix.dirname(child)) {
      const parent = posix.dirname(child);
      directories.set(parent, (directories.get(parent) ?? new Set()).add(posix.basename(child)));
    }
  }
  const statusOf = (entry: MemoryEntry, isFile: boolean): FileStatus => ({
    kind: isFile ? 'file' : 'directory',
    mode: entry.mode ?? (isFile ? 0o600 : 0o700),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    ...(entry.user === undefined ? {} : { user: entry.user }),
    ...(entry.group === undefined ? {} : { group: entry.group }),
  });
  const clean = (path: string) => posix.normalize('/' + path).replace(/(.)\/$/, '$1');
  return {
    read(path) {
      const entry = entries[clean(path)];
      if (entry?.unreadable !== undefined) return unreadable(entry.unreadable);
      if (entry?.text !== undefined) return found(entry.text);
      return directories.has(clean(path)) ? unreadable('is a directory') : missing;
    },
    status(path) {
      const entry = entries[clean(path)];
      if (entry?.hidden !== undefined) return unreadable(entry.hidden);
      if (entry !== undefined)
        return found(statusOf(entry, !directories.has(clean(path)) && entry.text !== undefined));
      return directories.has(clean(path)) ? found(statusOf({ mode: 0o755 }, false)) : missing;
    },
    list(path) {
      const entry = entries[clean(path)];
      if (entry?.unreadable !== undefined) return unreadable(entry.unreadable);
      const names = directories.get(clean(path));
      return names === undefined
        ? entry === undefined
          ? missing
          : found([])
        : found([...names].sort(compareBytes));
    },
    locate: (path) => path,
  };
}

/** A tree with some files' text and status replaced: what the node would be once the fixes were applied. */
export function overlayTree(
  base: FileTree,
  texts: ReadonlyMap<string, string>,
  statuses: ReadonlyMap<string, Partial<FileStatus>> = new Map(),
): FileTree {
  return {
    read(path) {
      const text = texts.get(path);
      return text === undefined ? base.read(path) : found(text);
    },
    status(path) {
      const reading = base.status(path);
      const change = statuses.get(path);
      if (reading.kind !== 'found') {
        return texts.has(path) ? found({ kind: 'file', mode: 0o600, uid: 0, gid: 0, ...change }) : reading;
      }
      return change === undefined ? reading : found({ ...reading.value, ...change });
    },
    list(path) {
      const reading = base.list(path);
      const added = [...texts.keys()]
        .filter((name) => posix.dirname(name) === path)
        .map((name) => posix.basename(name));
      if (added.length === 0) return reading;
      const names = new Set([...(reading.kind === 'found' ? reading.value : []), ...added]);
      return found([...names].sort(compareBytes));
    },
    locate: (path) => base.locate(path),
  };
}

/** A folder of the host that a container sees at another path. */
export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
}

/** What a container sees of the host's tree, through its hostPath mounts; the rest of it lies in its image. */
export function createMountedTree(host: FileTree, mounts: readonly Mount[]): FileTree {
  const longestFirst = [...mounts].sort(
    (left, right) => right.containerPath.length - left.containerPath.length,
  );
  const translate = (path: string): string | undefined => {
    const mount = longestFirst.find(
      ({ containerPath }) =>
        path === containerPath ||
        path.startsWith(containerPath.endsWith('/') ? containerPath : containerPath + '/'),
    );
    return mount && posix.join(mount.hostPath, path.slice(mount.containerPath.length));
  };
  const through = <T>(path: string, use: (hostPath: string) => Reading<T>): Reading<T> => {
    const hostPath = translate(path);
    return hostPath === undefined
      ? unreadable('lies inside the container, and no hostPath volume brings it from the node')
      : use(hostPath);
  };
  return {
    read: (path) => through(path, host.read),
    status: (path) => through(path, host.status),
    list: (path) => through(path, host.list),
    locate: (path) => translate(path) ?? path,
  };
}
