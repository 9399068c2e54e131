import type { ComponentName } from '../effective/facts.ts';
import type { Instance } from './instance.ts';
import type { ProcessSnapshot } from './processes.ts';

/** Whoever may make pods here is trusted with the control plane anyway. */
const SYSTEM_NAMESPACE = 'kube-system';

/**
 * Why nothing but its own name says that a process is the component; undefined where something does that it can't choose. Any process
 * in a container can call itself kubelet. Outside of containers, programs are the node's own.
 * @param described the component's instances that files of the node would start.
 */
export function doubtOf(
  { isContainerised, place }: ProcessSnapshot,
  component: ComponentName,
  described: readonly Instance[],
): string | undefined {
  if (!isContainerised || place?.kind === 'service') return undefined;
  if (place === undefined) return 'nothing was noted of the container that it runs in';
  if (place.kind === 'container') return 'it runs in a container that no kubelet started';
  if (place.kind === 'unknown-pod')
    return `it runs in the pod ${place.uid}, of which /var/log/pods tells nothing`;
  const { namespace, name, containers, isStatic } = place;
  if (namespace === SYSTEM_NAMESPACE && containers.includes(component)) return undefined;
  const isOfManifest = described.some(
    ({ launcher }) => launcher?.kind === 'manifest' && containers.includes(launcher.container),
  );
  if (isStatic && isOfManifest) return undefined;
  return `it runs in the pod ${namespace}/${name}, which no manifest on this node describes as ${component}`;
}
