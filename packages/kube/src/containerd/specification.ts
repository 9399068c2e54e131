import { splitImageName } from '../containers/image-name.ts';
import type { ContainerRecord, MountRecord, PodRecord } from '../containers/record.ts';

/** What containerd keeps of a container. */
export interface StoredContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly spec: { readonly value: Uint8Array } | null;
  readonly created_at: { readonly seconds: string; readonly nanos: number } | null;
  readonly sandbox: string;
}

/** The parts of an OCI runtime specification that say something about the container; all may be absent. */
export interface OciSpecification {
  readonly process?: {
    readonly user?: { readonly uid?: number };
    readonly env?: readonly string[];
    readonly apparmorProfile?: string;
    readonly selinuxLabel?: string;
  };
  readonly mounts?: readonly OciMount[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux?: {
    readonly namespaces?: readonly { readonly type?: string }[];
    readonly maskedPaths?: readonly string[];
    readonly readonlyPaths?: readonly string[];
    readonly seccomp?: object;
    readonly rootfsPropagation?: string;
  };
}

interface OciMount {
  readonly source?: string;
  readonly destination?: string;
  readonly type?: string;
  readonly options?: readonly string[];
}

/** What the CRI plugin calls the things that it keeps in containerd. */
const KIND_LABEL = 'io.cri-containerd.kind';
const SANDBOX_ANNOTATION = 'io.kubernetes.cri.sandbox-id';

/** @param digest of the image's manifest; '' unknown. */
export function recordOf(
  container: StoredContainer,
  specification: OciSpecification,
  digest: string,
): ContainerRecord {
  const { process, linux, annotations = {} } = specification;
  const labels = Object.entries(container.labels).map(
    ([name, value]) => [byteString(name), byteString(value)] as const,
  );
  const own = new Set((linux?.namespaces ?? []).map(({ type }) => type));
  return {
    fullId: container.id,
    runtime: 'containerd',
    isPodSandbox: container.labels[KIND_LABEL] === 'sandbox',
    // Containers made without Kubernetes have no name but their id, which Falco shows cut to twelve characters.
    name: byteString(container.labels['io.kubernetes.container.name'] ?? container.id.slice(0, 12)),
    image: {
      name: byteString(container.image),
      ...splitImageName(byteString(container.image)),
      digest,
      id: '',
    },
    isPrivileged: isPrivileged(specification),
    labels: new Map(labels.sort(([one], [other]) => (one < other ? -1 : 1))),
    mounts: (specification.mounts ?? []).map((mount) => mountOf(mount, linux?.rootfsPropagation ?? '')),
    environment: (process?.env ?? []).map(byteString),
    user: String(process?.user?.uid ?? 0),
    createdAt: nanosecondsOf(container.created_at),
    ip: '',
    isHostPid: !own.has('pid'),
    isHostNetwork: !own.has('network'),
    isHostIpc: !own.has('ipc'),
    pod: podOf(container, annotations),
  };
}

function podOf(
  { labels, sandbox }: StoredContainer,
  annotations: Readonly<Record<string, string>>,
): PodRecord | undefined {
  const name = labels['io.kubernetes.pod.name'];
  const fullSandboxId = sandbox || (annotations[SANDBOX_ANNOTATION] ?? '');
  if (name === undefined && fullSandboxId === '') return undefined;
  return {
    name: byteString(name ?? ''),
    namespace: byteString(labels['io.kubernetes.pod.namespace'] ?? ''),
    uid: byteString(labels['io.kubernetes.pod.uid'] ?? ''),
    fullSandboxId,
    ip: '',
    labels: podLabelsOf(labels),
    networkJson: '',
  };
}

/** The CRI plugin gives a pod's labels to its sandbox, besides its own; containers have theirs. */
function podLabelsOf(labels: StoredContainer['labels']): ReadonlyMap<string, string> {
  if (labels[KIND_LABEL] !== 'sandbox') return new Map();
  const ofPod = Object.entries(labels).filter(([name]) => !name.startsWith('io.cri-containerd'));
  return new Map(ofPod.map(([name, value]) => [byteString(name), byteString(value)]));
}

/**
 * Privileged is no fact that containerd keeps: it is a specification with nothing masked, confined or read-only
 * (containerd, pkg/oci, WithPrivileged).
 */
function isPrivileged({ process, linux, mounts = [] }: OciSpecification): boolean {
  if (linux === undefined || process === undefined) return false;
  const profile = process.apparmorProfile ?? '';
  const isConfined =
    linux.maskedPaths !== undefined ||
    linux.readonlyPaths !== undefined ||
    linux.seccomp !== undefined ||
    (process.selinuxLabel ?? '') !== '' ||
    (profile !== '' && profile !== 'unconfined');
  const isReadOnly = ({ type, options = [] }: OciMount): boolean =>
    (type === 'sysfs' || type === 'cgroup') && options.includes('ro');
  return !isConfined && !mounts.some(isReadOnly);
}

function mountOf(
  { source = '', destination = '', options = [] }: OciMount,
  propagation: string,
): MountRecord {
  return {
    source: byteString(source),
    destination: byteString(destination),
    mode: options.find((option) => option.startsWith('mode='))?.slice('mode='.length) ?? '',
    isWritable: !options.includes('ro'),
    propagation,
  };
}

function nanosecondsOf(time: StoredContainer['created_at']): bigint {
  return time === null ? 0n : BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanos);
}

function byteString(text: string): string {
  return Buffer.from(text).toString('latin1');
}
