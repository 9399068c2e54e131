import { statSync } from 'node:fs';
import type { RuntimeAddress } from './open.ts';

/**
 * Where runtimes have their sockets, as they, Kubernetes' distributions and Falco's container plugin have it. containerd
 * and CRI share one.
 */
export const USUAL_SOCKETS: readonly RuntimeAddress[] = [
  ...[
    '/run/containerd/containerd.sock',
    '/run/crio/crio.sock',
    '/run/k3s/containerd/containerd.sock',
    '/run/host-containerd/containerd.sock',
    '/run/cri-dockerd.sock',
    '/var/snap/microk8s/common/run/containerd.sock',
  ].map((socket) => ({ kind: 'cri', socket }) as const),
  ...['/run/docker.sock', '/var/run/docker.sock'].map((socket) => ({ kind: 'docker', socket }) as const),
  { kind: 'podman', socket: '/run/podman/podman.sock' },
  ...[
    '/run/containerd/containerd.sock',
    '/run/k3s/containerd/containerd.sock',
    '/run/host-containerd/containerd.sock',
    '/var/snap/microk8s/common/run/containerd.sock',
  ].map((socket) => ({ kind: 'containerd', socket }) as const),
];

/** Bits of a file's mode that say what it is, and a socket's (stat(2)). */
const FILE_TYPE = 0o170000;
const SOCKET = 0o140000;

/**
 * The addresses whose sockets exist, each once however it is named.
 * @param root put in front of each path: where the host's files are mounted, when this runs in a container.
 */
export function findSockets(addresses: readonly RuntimeAddress[], root = ''): readonly RuntimeAddress[] {
  const seen = new Set<string>();
  return addresses.flatMap(({ kind, socket }) => {
    const path = `${root}${socket}`;
    const identity = socketIdentity(path);
    if (identity === undefined || seen.has(`${kind} ${identity}`)) return [];
    seen.add(`${kind} ${identity}`);
    return [{ kind, socket: path }];
  });
}

function socketIdentity(path: string): string | undefined {
  try {
    const { dev, ino, mode } = statSync(path);
    return (mode & FILE_TYPE) === SOCKET ? `${dev}:${ino}` : undefined;
  } catch {
    // Most of the usual places are empty on most machines.
    return undefined;
  }
}
