import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { AcceptanceResult } from '../row.ts';
import { runInside } from './support/inside.ts';
import { binaryFolder, lackingBinaries } from './support/kubernetes-binaries.ts';

export const title =
  'a real kube-apiserver and kubelet in 12 configurations from wide open to hardened: every answer right, by flags, files and defaults; probes agree';

export async function run(): Promise<AcceptanceResult> {
  const lacking = lackingBinaries();
  if (lacking !== undefined) return { skipped: lacking };
  for (const tool of ['etcd', 'containerd', 'unshare', 'ip', 'openssl']) {
    if (spawnSync('which', [tool]).status !== 0) return { skipped: `${tool} is not installed` };
  }
  return runInside(join(import.meta.dirname, 'support/real-kubernetes-inside.ts'), [binaryFolder()]);
}
