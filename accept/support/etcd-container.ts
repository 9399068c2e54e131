import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Containerd,
  CRI_NAMESPACE,
  type ImageFiles,
  makeBusyboxImage,
  type Pod,
  runPod,
} from '@seawall/kube/testing';

export const ETCD_IMAGE = 'localhost/etcd:3.4';
/** What this machine's etcd needs beside itself. */
const LIBRARIES = ['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2'];

/** An image of this machine's etcd, which has a shell as well. */
function etcdImage(folder: string): ImageFiles {
  const files = Object.fromEntries(
    ['/usr/bin/etcd', ...LIBRARIES].map((path) => [path.slice(1), readFileSync(path)]),
  );
  return makeBusyboxImage(folder, { name: ETCD_IMAGE, files });
}

/** A pod as the control plane has it, for a container of etcd. @param folder what the images are made in. */
export function runEtcdPod(containerd: Containerd, folder: string): Promise<Pod> {
  // Pods themselves run the plain image.
  containerd.importImage(makeBusyboxImage(join(folder, 'pause')), CRI_NAMESPACE);
  containerd.importImage(etcdImage(join(folder, 'image')), CRI_NAMESPACE);
  return runPod(containerd, {
    name: 'etcd-node1',
    namespace: 'kube-system',
    labels: { component: 'etcd' },
  });
}

/** What runs etcd alone. @param port of its clients; the next one is for its peers. */
export function etcdCommand(dataFolder: string, port: number): readonly string[] {
  return [
    ...['/usr/bin/etcd', `--data-dir=${dataFolder}`, `--listen-client-urls=http://127.0.0.1:${port}`],
    ...[
      `--advertise-client-urls=http://127.0.0.1:${port}`,
      `--listen-peer-urls=http://127.0.0.1:${port + 1}`,
    ],
  ];
}

const runTool = promisify(execFile);

async function ctr({ socket }: Containerd, ...words: readonly string[]): Promise<string> {
  const { stdout } = await runTool('ctr', ['--address', socket, '--namespace', CRI_NAMESPACE, ...words]);
  return stdout;
}

/** Opens a shell as kubectl exec does it, which runs `ls` after some seconds; that it is ended before is the point. */
export async function openShell(containerd: Containerd, id: string): Promise<void> {
  const script = 'sleep 10; ls';
  await ctr(containerd, 'tasks', 'exec', '--exec-id', 'shell', id, 'sh', '-c', script).catch(() => undefined);
}

/** Whether a container of a pod no longer runs. */
export async function hasEnded(containerd: Containerd, id: string): Promise<boolean> {
  const line = (await ctr(containerd, 'tasks', 'list')).split('\n').find((entry) => entry.startsWith(id));
  return line === undefined || !line.includes('RUNNING');
}
