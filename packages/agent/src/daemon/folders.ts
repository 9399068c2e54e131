import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '@seawall/base';
import { errors } from '../errors.ts';

/** A file of text with the name that messages give it. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** How much text may be read in all. */
export interface Allowance {
  /** @throws agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG */
  take(path: string): void;
  /** The same for a text that lies in no file. @throws agent/TEXTS_TOO_LONG */
  takeText(path: string, text: string): void;
}

/** An allowance of so many bytes, each file counted once however often it is read; for regular files alone: what a device or a pipe gives may never end. */
export function createAllowance(bytes: number): Allowance {
  let left = bytes;
  const taken = new Set<string>();
  function count(path: string, size: number): void {
    left -= size;
    if (left < 0) throw errors.create('TEXTS_TOO_LONG', { path, size, bytes });
  }

  return {
    takeText: (path, text) => count(path, Buffer.byteLength(text)),
    take(path) {
      if (taken.has(path)) return;
      taken.add(path);
      const facts = attempt(path, () => statSync(path));
      if (!facts.isFile())
        throw errors.create('FILE_UNREADABLE', { path, reason: 'it is no file and no folder' });
      count(path, facts.size);
    },
  };
}

/**
 * Reads files, and the YAML files right in folders by name; names that begin with a dot are left out, as editors and
 * Kubernetes' mounts of ConfigMaps make such.
 * @param allowance how much may be read; without one, anything.
 * @throws agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG
 */
export function readTextFiles(paths: readonly string[], allowance?: Allowance): readonly TextFile[] {
  return paths
    .flatMap((path) => filesAt(path))
    .map((path) => {
      allowance?.take(path);
      return { path, text: attempt(path, () => readFileSync(path, 'utf8')) };
    });
}

function filesAt(path: string): readonly string[] {
  if (!attempt(path, () => statSync(path)).isDirectory()) return [path];
  return attempt(path, () => readdirSync(path))
    .filter((name) => /^[^.].*\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name))
    .filter((file) => attempt(file, () => statSync(file)).isFile());
}

function attempt<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const reason = reasonOf(error);
    throw errors.create('FILE_UNREADABLE', { path, reason }, error);
  }
}
