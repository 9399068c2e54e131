/**
 * What a container runtime says of one container or pod sandbox, in words of the field. Strings are byte strings.
 * What the runtime doesn't say is empty or undefined.
 */
export interface ContainerRecord {
  readonly fullId: string;
  /** The runtime's name: containerd, cri-o, docker ... */
  readonly runtime: string;
  readonly isPodSandbox: boolean;
  readonly name: string;
  readonly image: ImageReference;
  readonly isPrivileged: boolean | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly mounts: readonly MountRecord[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
  /** Numeric user id, as text; Docker and Podman say what they were told, '' where that was nothing. */
  readonly user: string;
  /** Nanoseconds since the epoch; 0n unknown. */
  readonly createdAt: bigint;
  /** First address; '' where it has none of its own, or nobody says. */
  readonly ip: string;
  /** Whether it shares a namespace with the host. */
  readonly isHostPid: boolean | undefined;
  readonly isHostNetwork: boolean | undefined;
  readonly isHostIpc: boolean | undefined;
  readonly pod: PodRecord | undefined;
}

export interface ImageReference {
  /** As the runtime shows it, with its tag. */
  readonly name: string;
  readonly repository: string;
  readonly tag: string;
  /** `sha256:...`: of the manifest where the runtime knows it; CRI else gives that of the image's configuration. */
  readonly digest: string;
  /** Hexadecimal digest of the image's configuration. */
  readonly id: string;
}

export interface MountRecord {
  readonly source: string;
  readonly destination: string;
  /** As Docker was told it, or the permissions of a file system made for the container; often ''. */
  readonly mode: string;
  readonly isWritable: boolean;
  readonly propagation: string;
}

export interface PodRecord {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly fullSandboxId: string;
  readonly ip: string;
  readonly labels: ReadonlyMap<string, string>;
  /** The network interfaces as JSON, without loopback. */
  readonly networkJson: string;
}

/** Whether kubelet had the container made: then it says its pod's name, and its own, to every runtime. */
export function isOfKubernetes({ pod }: ContainerRecord): boolean {
  return pod !== undefined && pod.name !== '';
}
