import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageFiles } from './busybox-image.ts';
import { BUSYBOX_IMAGE } from './busybox-image.ts';
import { type ContainerOrder, cgroupOf, optionsOf, type RunningContainer, SLEEPING } from './container.ts';
import { type Daemon, removeFolder, startDaemon } from './daemon.ts';
import { runTool } from './run-tool.ts';

/** A Docker of the test's own, which leaves the machine's network as it is. */
export interface Docker extends Daemon {
  readonly socket: string;
  readonly folder: string;
  importImage(image: ImageFiles): void;
  /** Runs a container; its cgroup is `/docker/id`. */
  runContainer(order?: DockerOrder): RunningContainer;
  /** Runs a further process in a container and waits for it. @returns what it wrote. */
  exec(id: string, command: readonly string[]): string;
  /** Kills a container and removes it. */
  removeContainer(id: string): void;
}

export interface DockerOrder extends ContainerOrder {
  readonly name?: string;
  readonly image?: string;
  /** `user` or `user:group`, in numbers. */
  readonly user?: string;
}

/**
 * Starts dockerd (and the containerd that it brings) with everything in a folder of its own. Stopping it removes its
 * containers and the folder.
 * @throws with its log when it doesn't start.
 */
export async function startDocker(): Promise<Docker> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-docker-'));
  const socket = join(folder, 'docker.sock');
  for (const place of ['data', 'exec']) mkdirSync(join(folder, place));
  const daemon = await startDaemon(
    'dockerd',
    [
      `--host=unix://${socket}`,
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'docker.pid')}`,
      '--storage-driver=overlay2',
      '--iptables=false',
      '--ip6tables=false',
      '--bridge=none',
      '--userland-proxy=false',
    ],
    socket,
    join(folder, 'docker.log'),
  );
  const docker = (...words: readonly string[]): string =>
    runTool('docker', '--host', `unix://${socket}`, ...words);

  return {
    ...daemon,
    socket,
    folder,
    importImage(image) {
      docker('load', '--quiet', '--input', image.dockerArchive());
    },
    runContainer(order = {}) {
      const { name, image = BUSYBOX_IMAGE, command = SLEEPING } = order;
      const named = name === undefined ? [] : [`--name=${name}`];
      const id = docker(
        'run',
        '--detach',
        '--network=none',
        ...named,
        ...optionsOf(order),
        image,
        ...command,
      );
      const pid = Number(docker('inspect', '--format={{.State.Pid}}', id));
      return { id, pid, cgroup: cgroupOf(pid) };
    },
    exec: (id, command) => docker('exec', id, ...command),
    removeContainer(id) {
      docker('rm', '--force', '--volumes', id);
    },
    async stop() {
      const ids = docker('ps', '--all', '--quiet', '--no-trunc').split('\n');
      for (const id of ids) if (id !== '') docker('rm', '--force', id);
      await daemon.stop();
      removeFolder(folder);
    },
  };
}
