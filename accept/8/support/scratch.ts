import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs an action with a folder of its own, removed afterwards. */
export async function withScratch<Value>(action: (root: string) => Promise<Value>): Promise<Value> {
  const root = mkdtempSync(join(tmpdir(), 'seawall-accept-8-'));
  try {
    return await action(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
