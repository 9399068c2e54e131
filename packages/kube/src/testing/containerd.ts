import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageFiles } from './busybox-image.ts';
import { BUSYBOX_IMAGE } from './busybox-image.ts';
import { type ContainerOrder, cgroupOf, type RunningContainer, SLEEPING } from './container.ts';
import { type Daemon, removeFolder, startDaemon } from './daemon.ts';
import { runTool } from './run-tool.ts';

/** A containerd of the test's own. It speaks CRI (v1 and v1alpha2) at the same socket. */
export interface Containerd extends Daemon {
  readonly socket: string;
  readonly folder: string;
  importImage(image: ImageFiles, namespace?: string): void;
  /** Runs a container as `ctr run` does; its cgroup is `/namespace/id`. */
  runContainer(order?: ContainerdOrder): RunningContainer;
  /** Runs a further process in a container (`ctr tasks exec`) and waits for it. @returns what it wrote. */
  exec(id: string, command: readonly string[], namespace?: string): string;
  /** Kills a container and removes it with everything of it. */
  removeContainer(id: string, namespace?: string): void;
}

export interface ContainerdOrder extends ContainerOrder {
  /** Random, in the form that Kubernetes gives ids, unless told. */
  readonly id?: string;
  readonly namespace?: string;
  readonly image?: string;
}

/** containerd's namespace of Kubernetes: CRI sees only this one. */
export const CRI_NAMESPACE = 'k8s.io';

/**
 * Starts containerd with root, state and socket in a folder of its own. Stopping it removes its containers and the folder.
 * @throws with its log when it doesn't start.
 */
export async function startContainerd(): Promise<Containerd> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-containerd-'));
  const socket = join(folder, 'containerd.sock');
  const configuration = join(folder, 'config.toml');
  writeFileSync(configuration, configurationOf(folder, socket));
  for (const place of ['cni', 'cni-state']) mkdirSync(join(folder, place));
  const daemon = await startDaemon(
    'containerd',
    ['--config', configuration],
    socket,
    join(folder, 'containerd.log'),
  );
  const ctr = (namespace: string, ...words: readonly string[]): string =>
    runTool('ctr', '--address', socket, '--namespace', namespace, ...words);

  function removeContainer(id: string, namespace = 'default'): void {
    ctr(namespace, 'tasks', 'delete', '--force', id);
    ctr(namespace, 'containers', 'delete', id);
  }

  return {
    ...daemon,
    socket,
    folder,
    importImage: ({ ociArchive }, namespace = 'default') => {
      ctr(namespace, 'images', 'import', ociArchive);
    },
    runContainer(order = {}) {
      const { id = randomBytes(32).toString('hex'), namespace = 'default', image = BUSYBOX_IMAGE } = order;
      ctr(namespace, 'run', '--detach', ...optionsOf(order), image, id, ...(order.command ?? SLEEPING));
      const line = ctr(namespace, 'tasks', 'list')
        .split('\n')
        .find((entry) => entry.startsWith(`${id} `));
      const pid = Number(line?.split(/\s+/)[1]);
      return { id, pid, cgroup: cgroupOf(pid) };
    },
    exec: (id, command, namespace = 'default') =>
      ctr(namespace, 'tasks', 'exec', '--exec-id', randomBytes(6).toString('hex'), id, ...command),
    removeContainer,
    async stop() {
      for (const namespace of ctr('default', 'namespaces', 'list', '--quiet').split('\n')) {
        for (const id of ctr(namespace, 'tasks', 'list', '--quiet').split('\n')) {
          if (id !== '') removeContainer(id, namespace);
        }
      }
      await daemon.stop();
      removeFolder(folder);
    },
  };
}

/** What is told of the CRI plugin is what a machine without systemd and without rights over its own score needs. */
function configurationOf(folder: string, socket: string): string {
  return `version = 2
root = "${join(folder, 'root')}"
state = "${join(folder, 'state')}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "${BUSYBOX_IMAGE}"
  disable_tcp_service = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${join(folder, 'cni')}"
`;
}

function optionsOf(order: ContainerdOrder): readonly string[] {
  const { environment = [], labels = {}, mounts = [], isPrivileged } = order;
  return [
    ...environment.map((entry) => `--env=${entry}`),
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...mounts.map(
      ({ source, destination, isReadOnly }) =>
        `--mount=type=bind,src=${source},dst=${destination},options=rbind:${isReadOnly ? 'ro' : 'rw'}`,
    ),
    ...(isPrivileged ? ['--privileged'] : []),
  ];
}
