import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { AcceptanceResult } from '../row.ts';
import { runInside } from './support/inside.ts';
import { binaryFolder, lackingBinaries } from './support/kubernetes-binaries.ts';

export const title =
  'the written fix makes the check pass on the real component (etcd, and Kubernetes 1.20 from Debian): at least 50 checks';

export async function run(): Promise<AcceptanceResult> {
  const lacking = lackingBinaries();
  if (lacking !== undefined) return { skipped: lacking };
  for (const tool of ['etcd', 'containerd', 'unshare', 'ip', 'openssl']) {
    if (spawnSync('which', [tool]).status !== 0) return { skipped: `${tool} is not installed` };
  }
  return runInside(join(import.meta.dirname, 'support/real-fixes-inside.ts'), [binaryFolder()]);
}
