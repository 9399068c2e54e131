import type { ContainerInfo, EventContext } from '@seawall/inspector';
import { textFromBytes } from '@seawall/rules';
import type { Workload } from '@seawall/store';

export interface NodeIdentity {
  readonly node: string;
  readonly cluster: string | undefined;
}

/** Where the context's event happened. What is known of a container is made once and kept as long as it is the same. */
export type WorkloadOf = (context: EventContext) => Workload;

export function createWorkloadOf(identity: NodeIdentity): WorkloadOf {
  const host = hostOf(identity);
  const described = new WeakMap<ContainerInfo, Workload>();
  return ({ container, process }) => {
    if (process !== undefined && process.containerId === '') return host;
    if (container === undefined) {
      // The cgroup says that there is a container; nobody has said which.
      if (process === undefined) return host;
      return { ...host, container: unknownContainer(process.containerId) };
    }
    if (container.id === 'host' || container.id === '') return host;
    let workload = described.get(container);
    if (workload === undefined) {
      workload = workloadOfContainer(identity, container);
      described.set(container, workload);
    }
    return workload;
  };
}

/** Where things happen that happen in a container. */
export function workloadOfContainer(identity: NodeIdentity, container: ContainerInfo): Workload {
  return { ...hostOf(identity), ...describe(container) };
}

function hostOf({ node, cluster }: NodeIdentity): Workload {
  return {
    node,
    cluster,
    namespace: undefined,
    pod: undefined,
    podLabels: {},
    container: undefined,
  };
}

function unknownContainer(id: string): NonNullable<Workload['container']> {
  return { id, name: undefined, image: undefined, digest: undefined, labels: {} };
}

function describe(container: ContainerInfo): Pick<Workload, 'namespace' | 'pod' | 'podLabels' | 'container'> {
  const { pod } = container;
  return {
    namespace: textOrUndefined(pod?.namespace),
    pod: textOrUndefined(pod?.name),
    podLabels: pod === undefined ? {} : labelsOf(pod.labels),
    container: {
      id: textFromBytes(container.fullId === '' ? container.id : container.fullId),
      name: textOrUndefined(container.name),
      image: textOrUndefined(container.image),
      digest: textOrUndefined(container.imageDigest),
      labels: labelsOf(container.labels),
    },
  };
}

function textOrUndefined(bytes: string | undefined): string | undefined {
  return bytes === undefined || bytes === '' ? undefined : textFromBytes(bytes);
}

function labelsOf(labels: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...labels].map(([name, value]) => [textFromBytes(name), textFromBytes(value)]));
}
