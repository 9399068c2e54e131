import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';

/** The few things that a change does to a disk, one by one, so that a test can let each of them fail. */
export interface FileOperations {
  /** The contents, or undefined where there is no such file. */
  read(path: string): Buffer | undefined;
  /** True for anything of that name, a dangling link too. */
  exists(path: string): boolean;
  /** Who owns the file, or undefined where there is none. */
  owner(path: string): FileOwner | undefined;
  /** Names in a directory; none where it does not exist. */
  list(directory: string): readonly DirectoryEntry[];
  /** Makes a new file (never an existing one), writes it whole and syncs it. */
  writeNew(path: string, contents: Uint8Array, mode: number, owner: FileOwner | undefined): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  makeDirectory(path: string, mode: number): void;
  syncDirectory(path: string): void;
}

export interface FileOwner {
  readonly user: number;
  readonly group: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

export const nodeFileOperations: FileOperations = {
  read: (path) => unlessMissing(() => readFileSync(path)),
  exists: (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  owner(path) {
    const status = lstatSync(path, { throwIfNoEntry: false });
    return status && { user: status.uid, group: status.gid };
  },
  list(directory) {
    const entries = unlessMissing(() => readdirSync(directory, { withFileTypes: true })) ?? [];
    return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  },
  writeNew(path, contents, mode, owner) {
    const file = openSync(path, 'wx', mode);
    try {
      for (let written = 0; written < contents.length; ) {
        written += writeSync(file, contents, written);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // The mode given to open is cut by the umask.
    chmodSync(path, mode);
    if (owner && (owner.user !== process.getuid?.() || owner.group !== process.getgid?.())) {
      chownSync(path, owner.user, owner.group);
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true, recursive: true }),
  makeDirectory: (path, mode) => void mkdirSync(path, { recursive: true, mode }),
  syncDirectory(path) {
    const directory = openSync(path, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  },
};

function unlessMissing<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
