import { posix } from 'node:path';
import type { FileTree } from './tree.ts';

/**
 * Where a process with mounts of its own runs, by what it can't choose: its place among the machine's cgroups, which systemd and
 * the kubelet gave it, and the folder that the kubelet keeps for the pod's logs.
 */
export type ProcessPlace =
  /** A service of the machine: systemd gives them mounts of their own as well. */
  | { readonly kind: 'service'; readonly unit: string }
  | {
      readonly kind: 'pod';
      readonly namespace: string;
      readonly name: string;
      /** The pod's containers by name. */
      readonly containers: readonly string[];
      /** From a manifest on this node: the kubelet gives such pods another kind of uid than an API server does. */
      readonly isStatic: boolean;
    }
  /** A pod of which nothing else is known. */
  | { readonly kind: 'unknown-pod'; readonly uid: string }
  | { readonly kind: 'container' };

const LOGS = '/var/log/pods';
const STATIC_UID = /^[0-9a-f]{32}$/;
const UID = '([0-9a-f]{32}|[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})';
/** Who is in a cgroup namespace of its own, as a pod mostly is, sees the others from there; no cgroup can be called `..`. */
const UPWARDS = String.raw`^/(?:\.\./)*`;
/** What systemd and container runtimes put in front of pods: whoever is in a container makes cgroups only below its own. */
const ABOVE_PODS = String.raw`${UPWARDS}(?:[\w.@-]+\.slice/|system\.slice/[\w.@-]+\.service/|kubelet/)*`;
const POD_CGROUPS = [
  new RegExp(`${ABOVE_PODS}kubepods/(?:burstable/|besteffort/)?pod${UID}(?:/|$)`),
  new RegExp(String.raw`^/(?:\.\./)+(?:burstable/|besteffort/)?pod${UID}(?:/|$)`),
  new RegExp(
    String.raw`${ABOVE_PODS}(?:kubelet-)?kubepods-(?:burstable-|besteffort-)?pod${UID}\.slice(?:/|:|$)`,
  ),
];
const SERVICE_CGROUP = new RegExp(String.raw`${UPWARDS}system\.slice/([\w.@:\\-]+\.service)(?:/|$)`);
const CONTAINER_ID = /[0-9a-f]{64}/;

/** @param cgroups as `/proc/PID/cgroup` has them. @param host the node's files. */
export function placeOf(cgroups: string, host: FileTree): ProcessPlace {
  const paths = cgroups.split('\n').map((line) => line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1));
  const uid = paths.map(podIn).find((found) => found !== undefined);
  if (uid !== undefined) return podOf(uid.replaceAll('_', '-'), host);
  if (paths.some((path) => CONTAINER_ID.test(path))) return { kind: 'container' };
  const unit = paths.map((path) => SERVICE_CGROUP.exec(path)?.[1]).find((found) => found !== undefined);
  return unit === undefined ? { kind: 'container' } : { kind: 'service', unit };
}

function podIn(path: string): string | undefined {
  for (const pattern of POD_CGROUPS) {
    const uid = pattern.exec(path)?.[1];
    if (uid !== undefined) return uid;
  }
  return undefined;
}

/** The kubelet calls a pod's folder NAMESPACE_NAME_UID, and the folders in it after the containers. */
function podOf(uid: string, host: FileTree): ProcessPlace {
  const folders = host.list(LOGS);
  const folder =
    folders.kind === 'found' ? folders.value.find((name) => name.endsWith(`_${uid}`)) : undefined;
  const [namespace, name] = folder?.split('_') ?? [];
  if (folder === undefined || namespace === undefined || name === undefined) {
    return { kind: 'unknown-pod', uid };
  }
  const containers = host.list(posix.join(LOGS, folder));
  return {
    ...{ kind: 'pod', namespace, name, isStatic: STATIC_UID.test(uid) },
    containers: containers.kind === 'found' ? containers.value : [],
  };
}
