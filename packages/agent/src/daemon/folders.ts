import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '@seawall/base';
import { errors } from '../errors.ts';

/** A file of text with the name that messages give it. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads files, and the YAML files right in folders by name; names that begin with a dot are left out, as editors and
 * Kubernetes' mounts of ConfigMaps make such.
 * @throws agent/FILE_UNREADABLE
 */
export function readTextFiles(paths: readonly string[]): readonly TextFile[] {
  return paths
    .flatMap((path) => filesAt(path))
    .map((path) => ({ path, text: attempt(path, () => readFileSync(path, 'utf8')) }));
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
