import { splitImageName } from '../containers/image-name.ts';
import type { ContainerRecord, ImageReference } from '../containers/record.ts';

/** What Docker's and Podman's `inspect` have in common; all of it may be absent. */
export interface Inspection {
  readonly Id: string;
  readonly Name?: string;
  readonly Created?: string;
  /** Id of the image's configuration, with `sha256:` in Docker. */
  readonly Image?: string;
  readonly State?: { readonly Status?: string; readonly Pid?: number };
  readonly Config?: {
    readonly Image?: string;
    readonly User?: string;
    readonly Env?: readonly string[] | null;
    readonly Labels?: Readonly<Record<string, string>> | null;
  };
  readonly HostConfig?: {
    readonly Privileged?: boolean;
    readonly PidMode?: string;
    readonly IpcMode?: string;
    readonly NetworkMode?: string;
  };
  readonly NetworkSettings?: {
    readonly IPAddress?: string;
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string }>> | null;
  };
  readonly Mounts?: readonly InspectedMount[] | null;
}

interface InspectedMount {
  readonly Source?: string;
  readonly Destination?: string;
  readonly Mode?: string;
  readonly RW?: boolean;
  readonly Propagation?: string;
}

/** What is known of a Docker image. */
export interface ImageInspection {
  readonly Id?: string;
  /** `repository@sha256:...` each: of images that were pulled or pushed. */
  readonly RepoDigests?: readonly string[] | null;
  /** `repository:tag` each. */
  readonly RepoTags?: readonly string[] | null;
}

/** Pods that kubelet made through dockershim have a container of this name that only holds their namespaces. */
const SANDBOX_NAME = 'k8s_POD';

export function recordOf(
  inspection: Inspection,
  runtime: 'docker' | 'podman',
  image: ImageReference,
): ContainerRecord {
  const { Config: config = {}, HostConfig: host = {}, NetworkSettings: network = {} } = inspection;
  const name = (inspection.Name ?? '').replace(/^\//, '');
  const labels = Object.entries(config.Labels ?? {}).map(
    ([key, value]) => [byteString(key), byteString(value)] as const,
  );
  const firstNetwork = Object.values(network.Networks ?? {}).find(({ IPAddress }) => IPAddress);
  return {
    fullId: inspection.Id,
    runtime,
    isPodSandbox: name.includes(SANDBOX_NAME),
    name: byteString(name),
    image,
    isPrivileged: host.Privileged === true,
    labels: new Map(labels.sort(([one], [other]) => (one < other ? -1 : 1))),
    mounts: (inspection.Mounts ?? []).map((mount) => ({
      source: byteString(mount.Source ?? ''),
      destination: byteString(mount.Destination ?? ''),
      mode: byteString(mount.Mode ?? ''),
      isWritable: mount.RW !== false,
      propagation: mount.Propagation ?? '',
    })),
    environment: (config.Env ?? []).map(byteString),
    user: byteString(config.User ?? ''),
    createdAt: nanosecondsOf(inspection.Created ?? ''),
    ip: network.IPAddress || firstNetwork?.IPAddress || '',
    isHostPid: host.PidMode === 'host',
    isHostNetwork: host.NetworkMode === 'host',
    isHostIpc: host.IpcMode === 'host',
    pod: undefined,
  };
}

/** @param named as the container was told it. */
export function imageOf(named: string, image: ImageInspection): ImageReference {
  const digests = (image.RepoDigests ?? []).map((text) => text.split('@') as [string, string?]);
  const { repository: wanted, tag: wantedTag } = splitImageName(named);
  const isDigest = /^(sha256:)?[0-9a-f]{64}$/.test(named);
  const [repository, digest = ''] = digests.find(([name]) => name === wanted) ?? digests[0] ?? [''];
  const tags = (image.RepoTags ?? []).map(splitImageName);
  const ofRepository = repository || (isDigest ? (tags[0]?.repository ?? '') : wanted);
  const tag =
    wantedTag !== '' && !isDigest ? wantedTag : tags.find((one) => one.repository === ofRepository)?.tag;
  return {
    name: byteString(named),
    repository: byteString(ofRepository),
    tag: byteString(tag ?? ''),
    digest,
    id: (image.Id ?? '').replace(/^sha256:/, ''),
  };
}

function nanosecondsOf(time: string): bigint {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return 0n;
  const fraction = /\.(\d{1,9})/.exec(time)?.[1] ?? '';
  return BigInt(Math.floor(milliseconds / 1000)) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function byteString(text: string): string {
  return Buffer.from(text).toString('latin1');
}
