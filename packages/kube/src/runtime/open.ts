import { openContainerd } from '../containerd/client.ts';
import { openCri } from '../cri/client.ts';
import { openDocker, openPodman } from '../docker/engine.ts';
import type { ContainerRuntime, RuntimeKind, RuntimeOptions } from './runtime.ts';

/** Where a runtime is, and how it is spoken to. */
export interface RuntimeAddress {
  readonly kind: RuntimeKind;
  /** Path of its unix socket. */
  readonly socket: string;
}

const OPENERS: Readonly<Record<RuntimeKind, (socket: string, options: RuntimeOptions) => ContainerRuntime>> =
  {
    cri: openCri,
    docker: openDocker,
    podman: openPodman,
    containerd: openContainerd,
  };

/** Those that know most of a container first: it is asked for in this order where several have it. */
export const RUNTIME_KINDS: readonly RuntimeKind[] = ['cri', 'docker', 'podman', 'containerd'];

/** Makes ready to speak to a runtime; it is first asked when something is wanted of it. */
export function openRuntime(
  { kind, socket }: RuntimeAddress,
  options: RuntimeOptions = {},
): ContainerRuntime {
  return OPENERS[kind](socket, options);
}
