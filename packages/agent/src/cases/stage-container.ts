import { createHash } from 'node:crypto';
import { type ContainerInfo, createContainerInfo } from '@seawall/inspector';
import { bytesFromText } from '@seawall/rules';
import type { ContainerOfCase } from './case-file.ts';

const POD_UID = '7c4e2a10-53f1-4d0e-9f0a-2f1f0f1f6b11';

/** The whole id of a container of a case, made from its name. */
function containerId(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

const SHORT_ID_LENGTH = 12;

/** The control groups of a process in a container, by its name in the case; of one on the node. */
export function cgroupsOf(container: string | undefined): readonly string[] {
  if (container === undefined) return ['cpuset=/', 'memory=/system.slice'];
  const path = `/kubepods/besteffort/pod${POD_UID}/${containerId(container)}`;
  return [`cpuset=${path}`, `memory=${path}`];
}

/**
 * What a runtime would tell of a container, in byte strings.
 * @param startTime in nanoseconds since the epoch.
 */
export function describeContainer(key: string, container: ContainerOfCase, startTime: bigint): ContainerInfo {
  const fullId = containerId(key);
  const { image = '', digest = '', pod, podLabels = {}, sandbox = false } = container;
  const colon = image.lastIndexOf(':');
  const hasTag = colon > image.lastIndexOf('/');
  const [namespace, podName] = pod === undefined ? [] : pod.split('/');
  const name = bytesFromText(container.name ?? (sandbox ? '' : key));
  const identity =
    podName === undefined ? {} : podIdentity(bytesFromText(namespace!), bytesFromText(podName), name);
  return {
    ...createContainerInfo(fullId.slice(0, SHORT_ID_LENGTH), 'containerd'),
    fullId,
    name,
    image: bytesFromText(image),
    imageId: containerId(image).slice(0, SHORT_ID_LENGTH),
    imageRepository: bytesFromText(hasTag ? image.slice(0, colon) : image),
    imageTag: bytesFromText(hasTag ? image.slice(colon + 1) : ''),
    imageDigest: bytesFromText(digest),
    isPrivileged: container.privileged ?? false,
    labels: new Map([...Object.entries(identity), ...labelsOf(container.labels ?? {})]),
    mounts: (container.mounts ?? []).map(readMount),
    isHostPid: container.hostPid ?? false,
    isHostNetwork: container.hostNetwork ?? false,
    isPodSandbox: sandbox,
    startTime,
    pod:
      podName === undefined
        ? undefined
        : {
            name: bytesFromText(podName),
            namespace: bytesFromText(namespace!),
            uid: POD_UID,
            sandboxId: '',
            fullSandboxId: '',
            ip: '',
            cniJson: '{}',
            labels: new Map(labelsOf(podLabels)),
          },
  };
}

function labelsOf(labels: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(labels).map(([key, value]) => [bytesFromText(key), bytesFromText(value)]);
}

function podIdentity(namespace: string, pod: string, container: string): Record<string, string> {
  return {
    'io.kubernetes.pod.namespace': namespace,
    'io.kubernetes.pod.name': pod,
    ...(container !== '' && { 'io.kubernetes.container.name': container }),
  };
}

function readMount(text: string) {
  const [source = '', destination = '', mode] = bytesFromText(text).split(':');
  return { source, destination, mode: '', isWritable: mode !== 'ro', propagation: 'private' };
}
