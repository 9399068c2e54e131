import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { locateShared } from './shared.ts';

/** Paths of the 16 captures of the conformance data; none where it is absent. */
export function sharedCaptures(): string[] {
  const captures = locateShared('conformance', 'captures');
  if (captures === undefined) return [];
  return readdirSync(captures)
    .filter((file) => file.endsWith('.scap'))
    .sort()
    .map((file) => join(captures, file));
}

/** For a test's `skip`: a reason where the shared data is absent, else false. */
export const withoutShared: string | false =
  locateShared() === undefined ? 'SKIPPED: the shared data (SEAWALL_SHARED) is absent' : false;
