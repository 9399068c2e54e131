import {
  type ContainerInfo,
  type ContainerMount,
  createContainerInfo,
  type HealthProbe,
} from './container.ts';

type Json = Readonly<Record<string, unknown>>;

/** Kinds of containers in the numbering of captures (the container plugin's container_type). */
const TYPES = new Map([
  [0, 'docker'],
  [1, 'lxc'],
  [2, 'libvirt-lxc'],
  [3, 'mesos'],
  [4, 'rkt'],
  [6, 'cri'],
  [7, 'containerd'],
  [8, 'cri-o'],
  [9, 'bpm'],
  [11, 'podman'],
  [0xfffe, 'host'],
]);

const PROBES = [
  ['Healthcheck', 'healthcheck'],
  ['LivenessProbe', 'liveness'],
  ['ReadinessProbe', 'readiness'],
] as const;

/** The name of a kind of container by its number; '' for one without a name. */
export function containerTypeName(type: number): string {
  return TYPES.get(type) ?? '';
}

/**
 * Reads the JSON text (as UTF-8 bytes in a byte string) that container events carry.
 * @returns undefined when it is no JSON or describes no container; a part of the wrong type counts as absent.
 */
export function parseContainerJson(text: string): ContainerInfo | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
  } catch {
    // The events of a capture are anybody's: the caller counts what it can't use.
    return undefined;
  }
  const json = objectAt(asObject(parsed), 'container');
  if (json === undefined) return undefined;
  const id = textAt(json, 'id');
  const labels = labelsAt(json, 'labels');
  const cniJson = textAt(json, 'cni_json');
  const ip = textAt(json, 'ip');
  return {
    ...createContainerInfo(id, containerTypeName(numberAt(json, 'type', 0xffff))),
    fullId: textAt(json, 'full_id'),
    name: textAt(json, 'name'),
    image: textAt(json, 'image'),
    imageId: textAt(json, 'imageid'),
    imageRepository: textAt(json, 'imagerepo'),
    imageTag: textAt(json, 'imagetag'),
    imageDigest: textAt(json, 'imagedigest'),
    isPrivileged: json.privileged === true,
    labels,
    mounts: listAt(json, 'Mounts').map(readMount),
    environment: textsAt(json, 'env'),
    ip,
    cniJson,
    startTime: BigInt(Math.trunc(numberAt(json, 'created_time', 0))) * 1_000_000_000n,
    isHostPid: json.host_pid === true,
    isHostNetwork: json.host_network === true,
    isHostIpc: json.host_ipc === true,
    isPodSandbox: json.is_pod_sandbox === true,
    user: textAt(json, 'User'),
    healthProbes: PROBES.flatMap(([name, kind]) => readProbe(objectAt(json, name), kind)),
    pod: {
      name: labels.get('io.kubernetes.pod.name') ?? '',
      namespace: labels.get('io.kubernetes.pod.namespace') ?? '',
      uid: labels.get('io.kubernetes.pod.uid') ?? '',
      sandboxId: textAt(json, 'pod_sandbox_id').slice(0, 12),
      fullSandboxId: textAt(json, 'pod_sandbox_id'),
      ip: cniJson === '' ? '' : ip,
      cniJson,
      labels: labelsAt(json, 'pod_sandbox_labels'),
    },
  };
}

function readMount(value: unknown): ContainerMount {
  const mount = asObject(value) ?? {};
  return {
    source: textAt(mount, 'Source'),
    destination: textAt(mount, 'Destination'),
    mode: textAt(mount, 'Mode'),
    isWritable: mount.RW === true,
    propagation: textAt(mount, 'Propagation'),
  };
}

function readProbe(probe: Json | undefined, kind: HealthProbe['kind']): HealthProbe[] {
  return probe === undefined ? [] : [{ kind, exe: textAt(probe, 'exe'), args: textsAt(probe, 'args') }];
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function objectAt(json: Json | undefined, key: string): Json | undefined {
  return asObject(json?.[key]);
}

function listAt(json: Json, key: string): readonly unknown[] {
  const value = json[key];
  return Array.isArray(value) ? value : [];
}

function toByteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function textAt(json: Json, key: string): string {
  const value = json[key];
  return typeof value === 'string' ? toByteString(value) : '';
}

function textsAt(json: Json, key: string): readonly string[] {
  return listAt(json, key).flatMap((value) => (typeof value === 'string' ? [toByteString(value)] : []));
}

function numberAt(json: Json, key: string, otherwise: number): number {
  const value = json[key];
  return typeof value === 'number' && Number.isSafeInteger(Math.trunc(value)) ? value : otherwise;
}

/** Sorted by name: fields list labels in that order. */
function labelsAt(json: Json, key: string): ReadonlyMap<string, string> {
  const labels = Object.entries(objectAt(json, key) ?? {}).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[toByteString(name), toByteString(value)]] : [],
  );
  return new Map(labels.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
