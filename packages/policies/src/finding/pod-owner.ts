import type { Workload } from '@seawall/store';

/** What Kubernetes makes random parts of names of: no vowels and no digits that look like letters. */
const RANDOM = 'bcdfghjklmnpqrstvwxz2456789';
const templateHash = new RegExp(`^(.+)-[${RANDOM}]{6,10}-[${RANDOM}]{5}$`);
/** ReplicaSets before Kubernetes 1.8 had decimal hashes. */
const decimalHash = new RegExp(`^(.+)-\\d{8,10}-[${RANDOM}]{5}$`);
const suffix = new RegExp(`^(.+)-[${RANDOM}]{5}$`);

/** Labels that tell what made a pod: their presence makes the random end of its name certain. */
const ownedLabels = ['controller-revision-hash', 'job-name', 'batch.kubernetes.io/job-name'];

/**
 * What a pod is one of: its name without what Kubernetes adds to it. A Deployment's `kube-dns-545bc4bfd4-zm282` gives
 * `kube-dns`, a static pod's `etcd-NODE` `etcd`, a StatefulSet's `db-0` `db`, a DaemonSet's `kube-proxy-x7k2p` `kube-proxy`.
 */
export function podOwner({
  pod,
  podLabels,
  node,
}: Pick<Workload, 'pod' | 'podLabels' | 'node'>): string | undefined {
  if (pod === undefined) return undefined;
  if (node !== '' && pod.endsWith(`-${node}`) && pod.length > node.length + 1) {
    return pod.slice(0, -node.length - 1);
  }
  const hash = podLabels['pod-template-hash'];
  if (hash !== undefined && hash !== '') {
    const at = pod.lastIndexOf(`-${hash}-`);
    if (at > 0) return pod.slice(0, at);
  }
  if (podLabels['statefulset.kubernetes.io/pod-name'] === pod) return pod.replace(/-\d+$/, '');
  const hashed = templateHash.exec(pod) ?? decimalHash.exec(pod);
  if (hashed !== null) return hashed[1]!;
  const owned = suffix.exec(pod);
  const isOwned = ownedLabels.some((label) => label in podLabels);
  // By the name alone `-httpd` could be such an end as well: without a label a digit has to tell it from a word.
  if (owned !== null && (isOwned || /\d/.test(pod.slice(-5)))) return withoutRunTime(owned[1]!);
  return pod;
}

/** A CronJob puts the minute of its run into the names of its jobs. */
function withoutRunTime(job: string): string {
  return job.replace(/-\d{8,10}$/, '');
}

/** A stable name of what runs: `namespace/owner/container`, `container/NAME` outside of pods, `host/NODE` for the host. */
export function workloadName(workload: Workload): string {
  const { container, namespace, node } = workload;
  const owner = podOwner(workload);
  if (owner !== undefined) return [namespace ?? '', owner, container?.name ?? ''].join('/');
  if (container !== undefined)
    return `container/${container.name ?? container.image ?? container.id.slice(0, 12)}`;
  return namespace === undefined ? `host/${node}` : namespace;
}
