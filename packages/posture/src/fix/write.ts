import { join } from 'node:path';
import { refuseFilledFolder, writeFile } from '../output-folder.ts';
import type { FixPlan } from './plan.ts';

/**
 * Writes the changed copies below an empty folder, at the paths that they have on the node, with `fix.diff`, `permissions.sh` and
 * `by-hand.txt` beside them. The originals are never touched. Gives the paths written.
 * Throws `posture/OUTPUT_NOT_EMPTY` and `posture/CANNOT_WRITE`.
 */
export function writeFixes(plan: FixPlan, folder: string): readonly string[] {
  refuseFilledFolder(folder);
  const written: string[] = [];
  const write = (path: string, text: string, mode: number): void => {
    writeFile(path, text, mode);
    written.push(path);
  };
  for (const { path, after } of plan.files) write(join(folder, path), after, 0o600);
  if (plan.files.length > 0)
    write(join(folder, 'fix.diff'), plan.files.map(({ diff }) => diff).join(''), 0o600);
  if (plan.commands.length > 0) {
    write(join(folder, 'permissions.sh'), `#!/bin/sh\nset -eu\n${plan.commands.join('\n')}\n`, 0o700);
  }
  if (plan.advice.length > 0) {
    const lines = plan.advice.map(({ check, text }) => `${check}: ${text}`);
    write(join(folder, 'by-hand.txt'), `${lines.join('\n')}\n`, 0o600);
  }
  return written;
}
