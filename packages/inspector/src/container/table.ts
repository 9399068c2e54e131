import { type ContainerInfo, createContainerInfo, hostContainer } from './container.ts';
import { type CgroupMatch, matchCgroup } from './id.ts';
import type { ContainerWatcher } from './watcher.ts';

/** The containers that somebody described, by id, and the way from a thread's cgroups to its container. */
export interface ContainerTable {
  get(id: string): ContainerInfo | undefined;
  /** Takes in what is known of a container, replacing what was known. */
  add(container: ContainerInfo): void;
  remove(id: string): void;
  /** The id of the container that these cgroups (`subsystem=path` each) belong to; '' for the host. */
  identify(cgroups: readonly string[]): string;
  /** Whether any known container has that address (dotted decimal). */
  hasIp(ip: string): boolean;
}

export interface ContainerLimits {
  readonly maximum: number;
  /** How many containers were forgotten to make room, the ones longest known first. */
  evicted: number;
}

/** Cgroup paths whose container is remembered: there are few at a time, and each is asked for at every exec. */
const REMEMBERED_PATHS = 4096;

/** @param onChange told the id of each container of which something else is known now; then `watcher` is told. */
export function createContainerTable(
  limits: ContainerLimits,
  onChange: (id: string) => void,
  watcher?: ContainerWatcher,
): ContainerTable {
  const containers = new Map<string, ContainerInfo>();
  const matches = new Map<string, CgroupMatch | undefined>();

  function match(path: string): CgroupMatch | undefined {
    if (matches.has(path)) return matches.get(path);
    const found = matchCgroup(path);
    if (matches.size >= REMEMBERED_PATHS) matches.clear();
    matches.set(path, found);
    return found;
  }

  function put(container: ContainerInfo): void {
    if (!containers.has(container.id) && containers.size >= limits.maximum) {
      for (const oldest of containers.keys()) {
        containers.delete(oldest);
        limits.evicted += 1;
        onChange(oldest);
        break;
      }
    }
    containers.set(container.id, container);
    onChange(container.id);
    watcher?.onDescribed(container.id);
  }

  function add(container: ContainerInfo): void {
    put(withSandbox(container, containers));
    if (!container.isPodSandbox) return;
    for (const member of [...containers.values()]) {
      if (member.id !== container.id && member.pod?.sandboxId === container.id)
        put(withSandbox(member, containers));
    }
  }

  return {
    get: (id) => (id === '' ? hostContainer : containers.get(id)),
    add,
    remove(id) {
      if (containers.delete(id)) onChange(id);
    },
    identify(cgroups) {
      for (const cgroup of cgroups) {
        const path = cgroup.slice(cgroup.indexOf('=') + 1);
        if (path === '') continue;
        const found = match(path);
        if (found === undefined || found.id === '') continue;
        // Nobody will describe a container of such a runtime: the little that the path says is all there is.
        if (found.type !== '' && !containers.has(found.id)) add(createContainerInfo(found.id, found.type));
        else if (watcher !== undefined && !containers.has(found.id)) watcher.onUnknown(found.id);
        return found.id;
      }
      return '';
    },
    hasIp(ip) {
      for (const container of containers.values()) if (container.ip === ip) return true;
      return false;
    },
  };
}

/** Runtimes that put a pod's network and labels into its sandbox leave them out of the containers: joins the two. */
function withSandbox(
  container: ContainerInfo,
  containers: ReadonlyMap<string, ContainerInfo>,
): ContainerInfo {
  const { pod, cniJson } = container;
  if (pod === undefined || cniJson !== '') return container;
  const sandbox = containers.get(pod.sandboxId);
  if (sandbox === undefined) return container;
  return {
    ...container,
    pod: {
      ...pod,
      ip: sandbox.ip || pod.ip,
      cniJson: sandbox.cniJson,
      // Who describes the sandbox may know less of it than who describes the container.
      labels: sandbox.pod === undefined || sandbox.pod.labels.size === 0 ? pod.labels : sandbox.pod.labels,
    },
  };
}
