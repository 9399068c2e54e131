import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageFiles } from './busybox-image.ts';
import { BUSYBOX_IMAGE } from './busybox-image.ts';
import { cgroupOf, optionsOf, type RunningContainer, SLEEPING } from './container.ts';
import { type Daemon, removeFolder, startDaemon } from './daemon.ts';
import type { DockerOrder } from './docker.ts';
import { runTool } from './run-tool.ts';

/** Podman's service, with images and containers of the test's own. */
export interface Podman extends Daemon {
  readonly socket: string;
  readonly folder: string;
  importImage(image: ImageFiles): void;
  /** Runs a container without a network of its own; its cgroup is `/libpod_parent/libpod-id`. */
  runContainer(order?: DockerOrder): RunningContainer;
  removeContainer(id: string): void;
}

/**
 * Starts Podman's service. Stopping it removes its containers and the folder.
 * @throws with its log when it doesn't start.
 */
export async function startPodman(): Promise<Podman> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-podman-'));
  const socket = join(folder, 'podman.sock');
  const own = [
    `--root=${join(folder, 'root')}`,
    `--runroot=${join(folder, 'run')}`,
    `--tmpdir=${join(folder, 'tmp')}`,
    '--runtime=runc',
    '--cgroup-manager=cgroupfs',
    '--events-backend=file',
    '--storage-driver=overlay',
  ];
  const podman = (...words: readonly string[]): string => runTool('podman', ...own, ...words);
  const service = ['system', 'service', '--time=0', `unix://${socket}`];
  const daemon = await startDaemon('podman', [...own, ...service], socket, join(folder, 'podman.log'));

  return {
    ...daemon,
    socket,
    folder,
    importImage(image) {
      podman('load', '--quiet', '--input', image.dockerArchive());
    },
    runContainer(order = {}) {
      const { name, image = BUSYBOX_IMAGE, command = SLEEPING } = order;
      const named = name === undefined ? [] : [`--name=${name}`];
      // It would else raise the limits of containers, which takes CAP_SYS_RESOURCE.
      const id = podman(
        'run',
        '--detach',
        '--network=none',
        '--ulimit=nofile=1024:1024',
        '--ulimit=nproc=1024:1024',
        ...named,
        ...optionsOf(order),
        image,
        ...command,
      );
      const pid = Number(podman('inspect', '--format={{.State.Pid}}', id));
      return { id, pid, cgroup: cgroupOf(pid) };
    },
    removeContainer(id) {
      podman('rm', '--force', '--time=0', id);
    },
    async stop() {
      podman('rm', '--all', '--force', '--time=0');
      await daemon.stop();
      removeFolder(folder);
    },
  };
}
