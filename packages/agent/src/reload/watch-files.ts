import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '@seawall/base';

export interface FileWatch {
  close(): void;
}

const PERIOD = 1000;

/**
 * Calls when files, or what folders hold right in them, have changed and have come to rest since. It compares names, times
 * and sizes once a second: that also sees what Kubernetes does to mounted ConfigMaps, and network file systems.
 * @param paths asked for each time.
 * @param read what `fingerprintOf` said when they were read: a change since then counts.
 */
export function watchFiles(
  paths: () => readonly string[],
  onChange: () => void,
  read = fingerprintOf(paths()),
): FileWatch {
  let settled = read;
  let last = settled;
  const timer = setInterval(() => {
    const now = fingerprintOf(paths());
    // A file that is still being written looks different every second.
    if (now === last && now !== settled) {
      settled = now;
      onChange();
    }
    last = now;
  }, PERIOD);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

/** Names, times and sizes of files, and of what folders hold right in them. */
export function fingerprintOf(paths: readonly string[]): string {
  return paths.map((path) => factsOf(path, true)).join('\n');
}

function factsOf(path: string, isListed: boolean): string {
  try {
    const facts = statSync(path, { bigint: true });
    if (facts.isDirectory()) {
      return isListed
        ? readdirSync(path)
            .sort()
            .map((name) => factsOf(join(path, name), false))
            .join('\n')
        : '';
    }
    return `${path} ${facts.ino} ${facts.mtimeNs} ${facts.ctimeNs} ${facts.size}`;
  } catch (error) {
    // What can't be looked at is different from what can: loading it says why.
    return `${path} ${reasonOf(error)}`;
  }
}
