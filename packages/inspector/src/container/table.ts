import { type ContainerInfo, createContainerInfo, hostContainer } from './container.ts';
import { type CgroupMatch, containersAlong, matchCgroup } from './id.ts';
import type { ContainerWatcher } from './watcher.ts';

/** The containers that somebody described, by id, and the way from a thread's cgroups to its container. */
export interface ContainerTable {
  get(id: string): ContainerInfo | undefined;
  /** Takes in what is known of a container, replacing what was known. */
  add(container: ContainerInfo): void;
  remove(id: string): void;
  /** From now on unknown containers are looked up: each is described, or said to be missing. */
  noteLookUps(): void;
  /** No runtime knows the container. */
  noteMissing(id: string): void;
  /**
   * The id of the container that these cgroups (`subsystem=path` each) belong to; '' for the host. Whoever may make cgroups
   * below its own, as root in a container may, can name them as it likes: the outermost container that a runtime knows
   * counts, whatever is below. Where none is known, as on a machine that is a container itself and in recordings
   * without descriptions, it is the innermost.
   */
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
/** Containers that nobody knows and others run in: the machine itself may be one, further ones nobody needs. */
const REMEMBERED_MISSING = 1024;

/** What a cgroup's path alone says. */
interface PathFacts {
  readonly match: CgroupMatch | undefined;
  readonly along: readonly string[];
}

export interface ContainerTableListener {
  /** Something else is known of a container; the watcher is told after that. */
  onChange(id: string): void;
  /** Cgroups lead to other containers than before. */
  onRegroup(): void;
}

export function createContainerTable(
  limits: ContainerLimits,
  { onChange, onRegroup }: ContainerTableListener,
  watcher?: ContainerWatcher,
): ContainerTable {
  const containers = new Map<string, ContainerInfo>();
  const paths = new Map<string, PathFacts>();
  /** Containers by the lists of cgroups that lead to them, which threads share. */
  let ids = new WeakMap<readonly string[], string>();
  /** Containers on paths that lead on to others, of which nothing was known when these were looked at. */
  const outer = new Set<string>();
  const missing = new Set<string>();
  let isLookingUp = false;

  function factsOf(path: string): PathFacts {
    let facts = paths.get(path);
    if (facts === undefined) {
      facts = { match: matchCgroup(path), along: containersAlong(path) };
      if (paths.size >= REMEMBERED_PATHS) paths.clear();
      paths.set(path, facts);
    }
    return facts;
  }

  function findAnew(): void {
    ids = new WeakMap();
    onRegroup();
  }

  /** @returns undefined where the path leads to no container that a runtime would name so. */
  function containerAlong(along: readonly string[]): string | undefined {
    if (along.length === 1) return along[0];
    for (const id of along) {
      if (containers.has(id)) return id;
      watcher?.onUnknown(id);
      if (outer.size >= REMEMBERED_PATHS) outer.clear();
      outer.add(id);
      if (isLookingUp && !missing.has(id)) return id;
    }
    return along.at(-1);
  }

  function find(cgroups: readonly string[]): string {
    for (const cgroup of cgroups) {
      const { match, along } = factsOf(cgroup.slice(cgroup.indexOf('=') + 1));
      const id = containerAlong(along) ?? match?.id ?? '';
      if (id === '') continue;
      // Nobody will describe a container of such a runtime: the little that the path says is all there is.
      if (along.length === 0 && match !== undefined && match.type !== '') {
        if (!containers.has(id)) add(createContainerInfo(id, match.type));
      } else if (along.length <= 1 && !containers.has(id)) watcher?.onUnknown(id);
      return id;
    }
    return '';
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
    missing.delete(container.id);
    if (outer.delete(container.id)) findAnew();
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
    noteLookUps() {
      isLookingUp = true;
      if (outer.size > 0) findAnew();
    },
    noteMissing(id) {
      if (missing.size >= REMEMBERED_MISSING) missing.clear();
      missing.add(id);
      if (outer.delete(id)) findAnew();
    },
    identify(cgroups) {
      let id = ids.get(cgroups);
      // Asking for a container that isn't known tells the watcher, and perhaps somebody else, that it is there.
      if (id === undefined || (id !== '' && !containers.has(id))) {
        id = find(cgroups);
        ids.set(cgroups, id);
      }
      return id;
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
