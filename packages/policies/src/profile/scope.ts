import { DEFAULT_NAMESPACE, type PodProfile, type Profile } from './profile.ts';

/** The part of a pod's lists' and macros' names that stands for the pod. */
export function identifierOf({ podname, namespace = DEFAULT_NAMESPACE }: PodProfile): string {
  const name = namespace === DEFAULT_NAMESPACE ? podname : `${namespace}_${podname}`;
  return name.replace(/[^a-z0-9]/g, '_');
}

/** How rules name the pod, so that it can be read back: `etcd`, or with its namespace `shop/web`. */
export function labelOf({ podname, namespace }: PodProfile): string {
  return namespace === undefined ? podname : `${namespace}/${podname}`;
}

/** The macro that says that something happened in the pod. */
export function scopeMacroOf(pod: PodProfile): string {
  return `pod_is_${identifierOf(pod)}`;
}

/**
 * The condition that something happened in a pod of that name, or in a container of that name that belongs to no pod.
 * Kubernetes adds to names (`etcd-node1`, `kube-dns-85ccc56796-f8kcp`), so a pod with a longer name may have a profile
 * of its own: it is then not this one.
 */
export function scopeCondition(pod: PodProfile, profile: Profile): string {
  const { namespace = DEFAULT_NAMESPACE } = pod;
  const name = kubernetesName(pod);
  const others = profile
    .filter((other) => (other.namespace ?? DEFAULT_NAMESPACE) === namespace)
    .map(kubernetesName)
    .filter((other) => other.startsWith(`${name}-`))
    .map((other) => ` and not ${isNamed(other)}`);
  return [
    `((k8s.ns.name = ${namespace} and ${isNamed(name)}${others.join('')})`,
    ` or (not k8s.pod.name exists and container.name = "${name}"))`,
  ].join('\n');
}

function isNamed(name: string): string {
  return `(k8s.pod.name = "${name}" or k8s.pod.name startswith "${name}-")`;
}

/** Kubernetes has no `_` in names: the article's `kube_dns` is `kube-dns`. */
function kubernetesName({ podname }: PodProfile): string {
  return podname.replaceAll('_', '-');
}
