import type { ContainerInfo } from '@seawall/inspector';
import type { ContainerRecord } from '@seawall/kube';

/** Ids are shown, and looked up, by their first twelve characters. */
const SHORT_ID_LENGTH = 12;

/** A runtime's record of a container as the inspector keeps it. */
export function containerInfoOf(record: ContainerRecord): ContainerInfo {
  const { pod, image } = record;
  return {
    id: record.fullId.slice(0, SHORT_ID_LENGTH),
    fullId: record.fullId,
    type: record.runtime,
    name: record.name,
    image: image.name,
    imageId: image.id,
    imageRepository: image.repository,
    imageTag: image.tag,
    imageDigest: image.digest,
    isPrivileged: record.isPrivileged,
    labels: record.labels,
    mounts: record.mounts,
    environment: record.environment,
    ip: record.ip,
    cniJson: pod?.networkJson ?? '',
    startTime: record.createdAt,
    isHostPid: record.isHostPid,
    isHostNetwork: record.isHostNetwork,
    isHostIpc: record.isHostIpc,
    isPodSandbox: record.isPodSandbox,
    user: record.user,
    healthProbes: [],
    pod: pod && {
      name: pod.name,
      namespace: pod.namespace,
      uid: pod.uid,
      sandboxId: pod.fullSandboxId.slice(0, SHORT_ID_LENGTH),
      fullSandboxId: pod.fullSandboxId,
      ip: pod.ip,
      cniJson: pod.networkJson,
      labels: pod.labels,
    },
  };
}
