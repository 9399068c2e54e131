/** What is known of a container; a field that no runtime told is empty. Strings are byte strings. */
export interface ContainerInfo {
  readonly id: string;
  readonly fullId: string;
  /** docker, containerd, cri, cri-o, podman, lxc ...; '' unknown. */
  readonly type: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly imageRepository: string;
  readonly imageTag: string;
  readonly imageDigest: string;
  readonly isPrivileged: boolean | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly mounts: readonly ContainerMount[];
  readonly environment: readonly string[];
  readonly ip: string;
  readonly cniJson: string;
  /** Nanoseconds since the epoch; 0n unknown. */
  readonly startTime: bigint;
  readonly isHostPid: boolean | undefined;
  readonly isHostNetwork: boolean | undefined;
  readonly isHostIpc: boolean | undefined;
  readonly isPodSandbox: boolean;
  readonly user: string;
  readonly healthProbes: readonly HealthProbe[];
  /** Pod identity; labels are the pod's own. */
  readonly pod: PodInfo | undefined;
}

export interface ContainerMount {
  readonly source: string;
  readonly destination: string;
  readonly mode: string;
  readonly isWritable: boolean;
  readonly propagation: string;
}

export interface HealthProbe {
  readonly kind: 'healthcheck' | 'liveness' | 'readiness';
  readonly exe: string;
  readonly args: readonly string[];
}

export interface PodInfo {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly sandboxId: string;
  readonly fullSandboxId: string;
  readonly ip: string;
  /** The result of the pod's network set-up (CNI), as JSON text. */
  readonly cniJson: string;
  readonly labels: ReadonlyMap<string, string>;
}

const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** A container of which only the id, and by its kind of cgroup perhaps the type, is known. */
export function createContainerInfo(id: string, type = ''): ContainerInfo {
  return {
    id,
    fullId: '',
    type,
    name: '',
    image: '',
    imageId: '',
    imageRepository: '',
    imageTag: '',
    imageDigest: '',
    isPrivileged: false,
    labels: NO_LABELS,
    mounts: [],
    environment: [],
    ip: '',
    cniJson: '',
    startTime: 0n,
    isHostPid: false,
    isHostNetwork: false,
    isHostIpc: false,
    isPodSandbox: false,
    user: '',
    healthProbes: [],
    pod: undefined,
  };
}

/** What stands for the container of everything that runs in none. */
export const hostContainer: ContainerInfo = {
  ...createContainerInfo('host', 'host'),
  fullId: 'host',
  name: 'host',
};
