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

/** Kinds by their names, for writing. */
const TYPE_NUMBERS = new Map([...TYPES].map(([number, name]) => [name, number] as const));

/** What a container of a kind without a number is written as (CT_UNKNOWN). */
const UNKNOWN_TYPE = 0xffff;

/** Nanoseconds of a second. */
const SECOND = 1_000_000_000n;

/**
 * Writes what `parseContainerJson` reads: a container's description as the container plugin of Falco writes it into
 * captures. @returns JSON text, as UTF-8 bytes in a byte string.
 */
export function containerJson(container: ContainerInfo): string {
  const { pod } = container;
  const text = JSON.stringify({
    container: {
      type: TYPE_NUMBERS.get(container.type) ?? UNKNOWN_TYPE,
      id: container.id,
      full_id: container.fullId,
      name: fromByteString(container.name),
      image: fromByteString(container.image),
      imageid: container.imageId,
      imagerepo: fromByteString(container.imageRepository),
      imagetag: fromByteString(container.imageTag),
      imagedigest: container.imageDigest,
      User: fromByteString(container.user),
      privileged: container.isPrivileged === true,
      host_pid: container.isHostPid === true,
      host_network: container.isHostNetwork === true,
      host_ipc: container.isHostIpc === true,
      is_pod_sandbox: container.isPodSandbox,
      ip: container.ip,
      // Of a container that knows its pod, the pod's: readers of captures look for it there.
      cni_json: fromByteString(container.cniJson || (pod?.cniJson ?? '')),
      created_time: Number(container.startTime / SECOND),
      env: container.environment.map(fromByteString),
      labels: labelsObject(container.labels),
      pod_sandbox_id: pod?.fullSandboxId ?? '',
      pod_sandbox_labels: pod === undefined ? null : labelsObject(pod.labels),
      port_mappings: [],
      Mounts: container.mounts.map((mount) => ({
        Source: fromByteString(mount.source),
        Destination: fromByteString(mount.destination),
        Mode: fromByteString(mount.mode),
        RW: mount.isWritable,
        Propagation: mount.propagation,
      })),
      ...Object.fromEntries(
        container.healthProbes.map(({ kind, exe, args }) => [
          PROBES.find(([, name]) => name === kind)?.[0],
          { exe: fromByteString(exe), args: args.map(fromByteString) },
        ]),
      ),
    },
  });
  return toByteString(text);
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
    startTime: BigInt(Math.trunc(numberAt(json, 'created_time', 0))) * SECOND,
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

function fromByteString(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function labelsObject(labels: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...labels].map(([name, value]) => [fromByteString(name), fromByteString(value)]),
  );
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
