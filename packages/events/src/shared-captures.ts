import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/* Finding the shared data for this package's tests. */

const root = join(import.meta.dirname, '../../..');

/** The shared folder; undefined where it is absent and SEAWALL_SHARED not set. Set but absent throws. */
export function sharedFolder(): string | undefined {
  const set = process.env.SEAWALL_SHARED;
  const folder = set ?? join(root, '../shared');
  if (existsSync(folder)) return folder;
  if (set !== undefined) throw new Error(`SEAWALL_SHARED names ${set}, which is absent`);
  return undefined;
}

/** Paths of the 16 captures of the conformance data; none where it is absent. */
export function sharedCaptures(): string[] {
  const folder = sharedFolder();
  if (folder === undefined) return [];
  const captures = join(folder, 'conformance/captures');
  return readdirSync(captures)
    .filter((file) => file.endsWith('.scap'))
    .sort()
    .map((file) => join(captures, file));
}

/** For a test's `skip`: a reason where the shared data is absent, else false. */
export const withoutShared: string | false =
  sharedFolder() === undefined ? 'SKIPPED: the shared data (SEAWALL_SHARED) is absent' : false;
