import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Channel, openChannel } from '../grpc/channel.ts';
import { loadServices, type Method } from '../grpc/services.ts';
import { BUSYBOX_IMAGE } from './busybox-image.ts';
import { type ContainerOrder, cgroupOf, type RunningContainer, SLEEPING } from './container.ts';
import type { Containerd } from './containerd.ts';

/** A pod on the host's network, made through CRI as kubelet makes one, with containers in it. */
export interface Pod {
  readonly sandboxId: string;
  readonly uid: string;
  runContainer(name: string, order?: PodContainerOrder): Promise<RunningContainer>;
  /** Stops and removes it with its containers. */
  remove(): Promise<void>;
}

export interface PodContainerOrder extends ContainerOrder {
  readonly image?: string;
  readonly userId?: number;
}

export interface PodOrder {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const LIMIT = 30_000;
const NODE = { network: 'NODE', pid: 'CONTAINER', ipc: 'POD' };

/** Runs a pod; the image (of pods too) must have been imported into containerd's namespace `k8s.io`. */
export async function runPod({ socket, folder }: Containerd, order: PodOrder): Promise<Pod> {
  const channel: Channel = openChannel(socket, { limit: LIMIT });
  const methods = loadServices('cri.proto').get('runtime.v1.RuntimeService') as ReadonlyMap<string, Method>;
  const call = <Answer>(name: string, request: object): Promise<Answer> =>
    channel.call<Answer>(methods.get(name) as Method, request);
  const { name, namespace = 'default' } = order;
  const uid = randomBytes(16).toString('hex');
  const logs = join(folder, `logs-${uid}`);
  mkdirSync(logs);
  const identity = {
    'io.kubernetes.pod.name': name,
    'io.kubernetes.pod.namespace': namespace,
    'io.kubernetes.pod.uid': uid,
  };
  const config = {
    metadata: { name, uid, namespace },
    log_directory: logs,
    labels: { ...identity, ...order.labels },
    linux: {
      cgroup_parent: `/kubepods/pod${uid}`,
      security_context: { namespace_options: NODE, privileged: true },
    },
  };
  const { pod_sandbox_id: sandboxId } = await call<{ pod_sandbox_id: string }>('RunPodSandbox', { config });
  return {
    sandboxId,
    uid,
    async runContainer(containerName, containerOrder = {}) {
      const {
        command = SLEEPING,
        image = BUSYBOX_IMAGE,
        environment = [],
        mounts = [],
        userId,
      } = containerOrder;
      const { container_id: id } = await call<{ container_id: string }>('CreateContainer', {
        pod_sandbox_id: sandboxId,
        sandbox_config: config,
        config: {
          metadata: { name: containerName },
          image: { image },
          command,
          envs: environment.map((entry) => {
            const at = entry.indexOf('=');
            return { key: entry.slice(0, at), value: entry.slice(at + 1) };
          }),
          mounts: mounts.map(({ source, destination, isReadOnly }) => ({
            host_path: source,
            container_path: destination,
            readonly: isReadOnly === true,
          })),
          labels: { ...identity, 'io.kubernetes.container.name': containerName, ...containerOrder.labels },
          log_path: `${containerName}.log`,
          linux: {
            security_context: {
              privileged: containerOrder.isPrivileged === true,
              namespace_options: NODE,
              ...(userId === undefined ? {} : { run_as_user: { value: userId } }),
            },
          },
        },
      });
      await call('StartContainer', { container_id: id });
      const { info } = await call<{ info: { info: string } }>('ContainerStatus', {
        container_id: id,
        verbose: true,
      });
      const { pid } = JSON.parse(info.info) as { pid: number };
      return { id, pid, cgroup: cgroupOf(pid) };
    },
    async remove() {
      await call('StopPodSandbox', { pod_sandbox_id: sandboxId });
      await call('RemovePodSandbox', { pod_sandbox_id: sandboxId });
      channel.close();
    },
  };
}
