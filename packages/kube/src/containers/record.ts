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
  /** Numeric user id, as text. */
  readonly user: string;
  /** Nanoseconds since the epoch; 0n unknown. */
  readonly createdAt: bigint;
  readonly pod: PodRecord | undefined;
}

export interface ImageReference {
  /** As the runtime shows it, with its tag. */
  readonly name: string;
  readonly repository: string;
  readonly tag: string;
  /** `sha256:...`: of the manifest where the runtime knows it, else of the image's configuration. */
  readonly digest: string;
  /** Hexadecimal digest of the image's configuration. */
  readonly id: string;
}

export interface MountRecord {
  readonly source: string;
  readonly destination: string;
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
  readonly isHostPid: boolean;
  readonly isHostNetwork: boolean;
  readonly isHostIpc: boolean;
}
