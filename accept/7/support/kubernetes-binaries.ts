import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What the rows with real Kubernetes components need. */
export const BINARIES = ['kube-apiserver', 'kubelet', 'kube-scheduler', 'kube-controller-manager'] as const;

/** Where they lie, or are put when they are built. */
export function binaryFolder(): string {
  return (
    process.env.SEAWALL_KUBERNETES_BIN ?? join(import.meta.dirname, '../../../.seawall/kubernetes-1.20/bin')
  );
}

/** Why the rows can't run here; undefined when they can. */
export function lackingBinaries(): string | undefined {
  const missing = BINARIES.filter((name) => !existsSync(join(binaryFolder(), name)));
  return missing.length === 0
    ? undefined
    : `no ${missing.join(', ')}: build them with accept/7/support/build-kubernetes.ts, or name their folder in SEAWALL_KUBERNETES_BIN`;
}
