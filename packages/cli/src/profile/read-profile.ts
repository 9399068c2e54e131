import { type Profile, parseProfile } from '@seawall/policies';
import { nameOfPath, readWhole } from '../input/open.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** @throws cli/FILE_UNREADABLE, policies/PROFILE_INVALID */
export async function readProfile(path: string, terminal: Terminal): Promise<Profile> {
  return parseProfile(new TextDecoder().decode(await readWhole(path, terminal)), nameOfPath(path));
}
