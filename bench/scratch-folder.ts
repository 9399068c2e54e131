import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed when the process ends, also when a signal asks for its end: that is heard at its next turn. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => process.exit(128 + constants.signals[name]));
  }
  return folder;
}
