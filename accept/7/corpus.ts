import type { AcceptanceResult } from '../row.ts';
import { runTests } from './support/run-tests.ts';

export const title =
  'at least 60 kubelet, kube-apiserver and etcd configurations (kubeadm 1.20 to 1.36, k3s, RKE2, EKS, GKE, AKS, Talos, Bottlerocket, others): right effective values';

export async function run(): Promise<AcceptanceResult> {
  return runTests(['packages/posture/src/effective/compute.test.ts'], { namePattern: 'corpus' });
}
