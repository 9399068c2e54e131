import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes what an agent keeps for its next start: for its owner alone, and as a whole or not at all, also where the power fails meanwhile.
 * A folder that is not there is made.
 * @throws what the system says
 */
export function writeKeptFile(path: string, text: string): void {
  const folder = dirname(path);
  const scratch = `${path}.new`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // One that was left behind may belong to others, or be a link.
  rmSync(scratch, { force: true });
  try {
    writeFileSync(scratch, text, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(scratch, path);
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  }
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
